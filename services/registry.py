"""Imports every slice's tables, Shapes and jobs, so that metadata, row security, Shapes and handlers are whole."""

from sqlmodel import SQLModel

import services.core.audit
import services.core.cells
import services.core.idempotency
import services.demo.jobs
import services.exchange.jobs
import services.exchange.shapes
import services.identity.jobs
import services.identity.provider_shapes
import services.identity.recovery_shapes
import services.identity.shapes
import services.labs.dashboard_shapes
import services.labs.jobs
import services.matching.answer_shapes
import services.matching.answer_tables
import services.matching.cooperation_shapes
import services.matching.cooperation_tables
import services.matching.failing_shapes
import services.matching.jobs
import services.matching.shapes
import services.matching.triangle_shapes
import services.membership.jobs
import services.membership.nomination_shapes
import services.membership.organisation_shapes
import services.membership.setting_shapes
import services.membership.shapes
import services.membership.voice_shapes
import services.notices.jobs
import services.notices.matters
import services.notices.shapes
import services.practices.jobs
import services.practices.shapes
import services.privacy.jobs
import services.privacy.shapes
import services.proposals.expression_shapes
import services.proposals.jobs
import services.proposals.thread_shapes
import services.proposals.unsealing_shapes
import services.record.jobs
import services.record.shapes
import services.reporting.shapes
import services.rounds.jobs
import services.rounds.shapes
import services.taxonomy.lists
import services.translations.shapes  # noqa: F401 - imported for what loading them registers
from services.core.protection import PROTECTED

METADATA = SQLModel.metadata
__all__ = ["METADATA", "PROTECTED"]
