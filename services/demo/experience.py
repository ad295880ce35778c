"""The finished cooperations of the demonstration: what states have experience in before anything is agreed here."""

from datetime import timedelta

from services.core.actor import Audience
from services.core.db import Writer
from services.core.table import today
from services.core.texts import Text, add_translation, save_text
from services.demo.files import lines
from services.matching.cooperation_tables import Cooperation, CooperationText
from services.matching.terms import CooperationSource
from services.taxonomy.terms import CapacityArea


async def add_experience(session: Writer) -> None:
    """Add the cooperations of ``cooperations.jsonl`` with their translations; the session is the platform's."""
    for line in lines("cooperations.jsonl"):
        ended = today() - timedelta(days=line["endedDaysAgo"])
        cooperation = Cooperation(
            external_id=line["externalId"],
            source=CooperationSource.IMPORT,
            visibility=Audience(line["visibility"].lower()),
            language=line["language"],
            host_state=line["hostState"],
            partner_states=line["partnerStates"],
            started_on=ended - timedelta(days=line["lastedDays"]),
            ended_on=ended,
            capacity_areas=[CapacityArea(area.lower()) for area in line["capacityAreas"]],
            sectors=line["sectors"],
            is_demo=True,
        )
        session.add(cooperation)
        await session.flush()
        key = {"cooperation_id": cooperation.id}
        copied = {"delegation_id": None, "status": "finished", "visibility": cooperation.visibility}
        text = Text(line["language"], line["title"], line["summary"], line["description"])
        await save_text(session, CooperationText, key, copied, text)
        for translated in line["translations"]:
            await add_translation(session, CooperationText, key, Text(**translated))
