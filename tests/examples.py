"""Example rows of all slices together, for the tests that read everything."""

from uuid import UUID

from services.core.db import Writer
from tests.builders import build_examples
from tests.services.labs.world import build_lab_examples
from tests.services.matching.answer_examples import build_answer_examples
from tests.services.matching.world import build_cooperation_examples
from tests.services.membership.world import build_standing_examples
from tests.services.notices.examples import build_notice_examples
from tests.services.proposals.thread_world import build_thread_examples
from tests.services.proposals.world import build_proposal_examples
from tests.services.rounds.world import build_round_examples
from tests.services.translations.world import build_translation_examples


async def build_all(session: Writer) -> list[tuple[str, UUID]]:
    """Examples of every kind, kept together as people would have left them."""
    made = [*await build_examples(session), *await build_proposal_examples(session)]
    made += await build_standing_examples(session)
    made += await build_translation_examples(session)
    made += await build_cooperation_examples(session)
    made += await build_answer_examples(session)
    made += await build_notice_examples(session)
    made += await build_thread_examples(session)
    made += await build_round_examples(session)
    return made + await build_lab_examples(session)
