"""The finished cooperations of the large demonstration: values in, rows out."""

from datetime import timedelta

from services.core.actor import Audience
from services.demo.invented import Batch, Chance, Scene, add_texts
from services.demo.phrases import phrases
from services.matching.terms import CooperationSource

DAYS = 3_000
"""Over how many days before the first they began."""


def cooperations(scene: Scene, begin: int, end: int, total: int) -> Batch:
    """The cooperations ``begin`` to ``end`` of ``total``, with texts; each of two to four states."""
    chance, batch = Chance(f"cooperations {begin}"), Batch()
    states = [party for party in scene.crowd if not party.observer]
    for number, began in scene.times(begin, end, total, DAYS, chance):
        subject = chance.subject()
        theme = phrases("theme")[subject.theme]
        host, *partners = chance.sample(states, chance.randint(2, 4))
        ended = min(began + timedelta(days=chance.randint(60, 900)), scene.first_day - timedelta(days=1))
        row = batch.add(
            "cooperation",
            id=chance.id_at(began),
            created_at=began,
            updated_at=began,
            revision=1,
            external_id=f"large-cooperation-{number:06}",
            source=CooperationSource.IMPORT,
            lab_id=None,
            visibility=chance.one_of({Audience.PUBLIC: 60, Audience.MEMBERS: 40}),
            language=host.language,
            host_state=host.state,
            partner_states=[partner.state for partner in partners],
            started_on=min(began, ended).date(),
            ended_on=ended.date(),
            capacity_areas=[area.lower() for area in chance.few(theme["areas"], 3)],
            sectors=chance.few(theme["sectors"], 3),
            is_demo=True,
        )
        copied = {"delegation_id": None, "status": "finished", "visibility": row["visibility"]}
        add_texts(batch, chance, "cooperation", row, copied, subject, number, others=0.1)
    return batch
