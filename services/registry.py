"""Imports every slice's tables and shapes, so that metadata, row security and Shapes are whole."""

from sqlmodel import SQLModel

from services.core import audit, idempotency
from services.core.protection import PROTECTED
from services.identity import tables as identity_tables
from services.membership import shapes as membership_shapes
from services.membership import tables as membership_tables
from services.practices import shapes as practice_shapes
from services.practices import tables as practice_tables
from services.proposals import tables as proposal_tables
from services.taxonomy import tables as taxonomy_tables

METADATA = SQLModel.metadata
SLICES = (
    audit,
    idempotency,
    taxonomy_tables,
    identity_tables,
    membership_tables,
    membership_shapes,
    practice_tables,
    practice_shapes,
    proposal_tables,
)
__all__ = ["METADATA", "PROTECTED", "SLICES"]
