"""The expressions of interest in the large demonstration's proposals, and what was said: values in, rows out."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from services.core.actor import Audience
from services.demo.crowd import Party
from services.demo.invented import Batch, Chance, Row, Scene
from services.demo.phrases import phrases
from services.proposals import rules
from services.proposals.terms import ExpressionStatus, ProposalStatus, TurnKind
from services.proposals.terms import Party as Turn

E, K = ExpressionStatus, TurnKind
MOST = 60
"""The most expressions of interest in one proposal."""
TOLD = 0.5
"""The share of expressions of interest whose turns are written out."""

_ENDED = {E.DECLINED: 45, E.WITHDRAWN: 18, E.EXPIRED: 22, E.AGREED: 15}
ODDS: dict[ProposalStatus, dict[ExpressionStatus, int]] = {
    ProposalStatus.OPEN: {
        E.DRAFT: 14,
        E.SENT: 26,
        E.IN_TALKS: 16,
        E.DECLINED: 19,
        E.WITHDRAWN: 9,
        E.EXPIRED: 9,
        E.AGREED: 7,
    },
    ProposalStatus.CLOSED: _ENDED,
    ProposalStatus.EXPIRED: _ENDED,
    ProposalStatus.WITHDRAWN: {E.DECLINED: 60, E.WITHDRAWN: 20, E.EXPIRED: 20},
}
"""How likely each status is in a proposal of each status; nobody answers a draft."""
STORIES: dict[ExpressionStatus, tuple[TurnKind, ...]] = {
    E.DRAFT: (),
    E.SENT: (K.SENT, K.ASKED, K.REPLIED),
    E.IN_TALKS: (K.SENT, K.TALKS_TAKEN_UP),
    E.AGREED: (K.SENT, K.TALKS_TAKEN_UP, K.AGREED),
    E.DECLINED: (K.SENT, K.DECLINED),
    E.WITHDRAWN: (K.SENT, K.WITHDRAWN),
    E.EXPIRED: (K.SENT,),
}
"""The steps that lead to each status; of a long exchange that goes on, any beginning is one too."""
RECEIVERS_STEPS = frozenset({K.ASKED, K.TALKS_TAKEN_UP, K.DECLINED})


def answer(scene: Scene, batch: Batch, begin: int, count: int) -> None:
    """Add ``count`` expressions of interest in the batch's proposals, each by another delegation, with their turns."""
    chance = Chance(f"expressions {begin}")
    asked = [one for one in batch.rows["proposal"] if _answerable(one)]
    own: dict[Any, list[Row]] = {}
    for one in batch.rows["proposal"]:
        own.setdefault(one["delegation_id"], []).append(one)
    for proposal, number in zip(asked, _shared(chance, len(asked), count), strict=True):
        agreed = 0
        for sender in _senders(scene, chance, proposal, number):
            status = chance.one_of(ODDS[proposal["status"]])
            if status is E.AGREED and _full(proposal, agreed):
                status = E.DECLINED
            agreed += status is E.AGREED
            _expression(scene, batch, chance, proposal, sender, status, own.get(sender.id, []))


def _answerable(proposal: Row) -> bool:
    return proposal["status"] is not ProposalStatus.DRAFT and proposal["visibility"] is not Audience.DELEGATION


def _full(proposal: Row, agreed: int) -> bool:
    """Whether one more would be too many: the last place of an open proposal stays free, or it would close."""
    kept = proposal["status"] is ProposalStatus.OPEN
    return proposal["places"] is not None and agreed >= proposal["places"] - kept


def _shared(chance: Chance, proposals: int, count: int) -> list[int]:
    """How many of ``count`` each proposal gets: most get none, a few get dozens, none more than ``MOST``."""
    weights = [chance.paretovariate(1.0) - 0.9 for _ in range(proposals)]
    shared = [0] * proposals
    while (left := count - sum(shared)) > 0:
        for place in chance.choices(range(proposals), weights, k=left):
            shared[place] = min(shared[place] + 1, MOST)
    return shared


def _senders(scene: Scene, chance: Chance, proposal: Row, number: int) -> list[Party]:
    """So many delegations, each once: mostly those that do much elsewhere, too."""
    if number == 0:
        return []
    drawn = chance.choices(scene.crowd, [party.weight for party in scene.crowd], k=2 * number)
    unlike = (one for one in dict.fromkeys([*drawn, *scene.crowd]) if one.id != proposal["delegation_id"])
    return list(islice(unlike, number))


def _expression(
    scene: Scene, batch: Batch, chance: Chance, proposal: Row, sender: Party, status: ExpressionStatus, own: list[Row]
) -> None:
    story = STORIES[status]
    if status is E.SENT:
        story = story[: chance.randint(1, len(story))]
    made = proposal["opened_at"] + (scene.first_day - proposal["opened_at"]) * chance.random()
    sent = made if story else None
    turn = rules.MOVES[story[-1]].turn if status in rules.LIVE else None
    fitting = [one for one in own if one["side"] is not proposal["side"]]
    row = batch.add(
        "expression_of_interest",
        id=chance.id_at(made),
        created_at=made,
        updated_at=made,
        revision=1 + len(story),
        proposal_id=proposal["id"],
        own_proposal_id=chance.choice(fitting)["id"] if fitting and chance.random() < 0.3 else None,
        sender_id=sender.id,
        receiver_id=proposal["delegation_id"],
        status=status,
        turn=turn,
        turn_deadline=turn and scene.first_day.date() + timedelta(days=chance.randint(0, rules.TURN_DAYS)),
        language=sender.language,
        message=phrases("message")[chance.randrange(4)][sender.language],
        turn_reminders=0,
        decline_reason="[Demo]" if status is E.DECLINED else "",
        sender_read_to=0,
        receiver_read_to=0,
        sent_at=sent,
        listed_at=made,
        is_demo=True,
    )
    if chance.random() < TOLD:
        _exchange(scene, batch, chance, row, story, made)


def _exchange(
    scene: Scene, batch: Batch, chance: Chance, row: Row, story: tuple[TurnKind, ...], made: datetime
) -> None:
    """The turns as messages of the thread, as if written by the platform."""
    for number, kind in enumerate(story, 1):
        at = made + (scene.first_day - made) * ((number - 1) / (len(story) + 1))
        batch.add(
            "thread_message",
            id=chance.id_at(at),
            created_at=at,
            updated_at=at,
            revision=1,
            expression_id=row["id"],
            number=number,
            kind=kind,
            by=Turn.RECEIVER if kind in RECEIVERS_STEPS else Turn.SENDER,
            author_id=None,
            author_name="",
            language=row["language"],
            text=row["message"] if kind is K.SENT else phrases("message")[chance.randrange(6)][row["language"]],
            sender_id=row["sender_id"],
            receiver_id=row["receiver_id"],
        )
