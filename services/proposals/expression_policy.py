"""Who may see an expression of interest, and why someone may not act on it (product.md, "Who may").

Only the two delegations know of it, the receiver from the day it is sent. It is answered by the side whose turn it is;
to decline and to withdraw needs no turn.
"""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Role, Viewer
from services.core.errors import NotPermitted
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Columns, Condition, Row, Way, table_of, within
from services.proposals import policy, rules
from services.proposals.tables import Proposal
from services.proposals.terms import Direction, ExpressionStatus, Party

E = ExpressionStatus


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """The expressions of interest that the viewer's delegation has made or received."""
    return sa.or_(*(way.condition for way in ways(viewer, row)))


def ways(viewer: Viewer, row: Row) -> list[Way]:
    """The same in parts: what the viewer's delegation has made, and what it has received."""
    match viewer.role:
        case Role.PUBLIC | Role.SECRETARIAT:
            return [Way(sa.false())]
        case Role.SYSTEM:
            return [Way(sa.true())]
        case _:
            received = sa.and_(row.receiver_id == viewer.delegation_id, row.status != E.DRAFT)
            return [
                Way(row.sender_id == viewer.delegation_id, {"direction": {Direction.RECEIVED}}),
                Way(received, {"direction": {Direction.SENT}, "status": {E.DRAFT}}),
            ]


def visible_message(viewer: Viewer, row: Row) -> Condition:
    """The messages of threads that the viewer's delegation is a party of; a draft has none."""
    match viewer.role:
        case Role.PUBLIC | Role.SECRETARIAT:
            return sa.false()
        case Role.SYSTEM:
            return sa.true()
        case _:
            return sa.or_(row.sender_id == viewer.delegation_id, row.receiver_id == viewer.delegation_id)


def visible_attachment(viewer: Viewer, row: Row) -> Condition:
    """The files that go with messages of one's delegation's threads, and what one has uploaded for the next message."""
    match viewer.role:
        case Role.PUBLIC | Role.SECRETARIAT:
            return sa.false()
        case Role.SYSTEM:
            return sa.true()
        case _:
            uploaded = sa.and_(row.message_id.is_(None), row.person_id == viewer.person_id)
            return sa.or_(row.sender_id == viewer.delegation_id, row.receiver_id == viewer.delegation_id, uploaded)


def visible_unsealing(viewer: Viewer, row: Row) -> Condition:
    """That a seal was broken: of one's delegation's threads, and for the secretariat of all."""
    match viewer.role:
        case Role.PUBLIC:
            return sa.false()
        case Role.SYSTEM | Role.SECRETARIAT:
            return sa.true()
        case _:
            return sa.or_(row.sender_id == viewer.delegation_id, row.receiver_id == viewer.delegation_id)


def is_on_turn(viewer: Viewer, row: Row) -> Condition:
    """Whether the viewer's delegation is to answer; false where it is nobody's turn."""
    whose = sa.case((row.turn == Party.SENDER, row.sender_id), (row.turn == Party.RECEIVER, row.receiver_id))
    return sa.func.coalesce(whose == viewer.delegation_id, sa.false(), type_=sa.Boolean())


def refusals_to_revise(viewer: Viewer, row: Row) -> list[Refusal]:
    """The sender's contributors and focal points revise its draft."""
    return [
        *_sender(viewer, row, policy.WRITERS, "revise a draft"),
        _wrong_status(row, [E.DRAFT], "Only a draft can be revised."),
    ]


def refusals_to_delete(viewer: Viewer, row: Row) -> list[Refusal]:
    """The sender's contributors and focal points delete its draft."""
    return [
        *_sender(viewer, row, policy.WRITERS, "delete a draft"),
        _wrong_status(row, [E.DRAFT], "Only a draft can be deleted."),
    ]


def refusals_to_send(viewer: Viewer, row: Row) -> list[Refusal]:
    """The sender's focal point sends its draft, to a proposal that is still open and has places left."""
    return [
        *_sender(viewer, row, policy.FOCAL_POINTS, "send an expression of interest"),
        _wrong_status(row, rules.expression_sources(E.SENT), "Only a draft can be sent."),
        Refusal(
            "PROPOSAL_NOT_OPEN",
            ~_proposal(row, lambda it: sa.not_(sa.or_(*(one.holds for one in policy.closed_to_others(it))))),
            "The proposal is no longer open to you, or has no places left.",
        ),
    ]


def refusals_to_take_up_talks(viewer: Viewer, row: Row) -> list[Refusal]:
    """The receiver's focal point takes up talks, on its turn."""
    return [
        *_receiver(viewer, row, "take up talks"),
        _wrong_status(row, rules.expression_sources(E.IN_TALKS), "Talks can be taken up once, after it was sent."),
        _not_on_turn(viewer, row),
        _withdrawn(row),
    ]


def refusals_to_ask(viewer: Viewer, row: Row) -> list[Refusal]:
    """The receiver's focal point asks the sender something, on its turn."""
    return [
        *_receiver(viewer, row, "ask"),
        _wrong_status(row, list(rules.LIVE), "Questions are asked after it was sent, until it ends."),
        _not_on_turn(viewer, row),
    ]


def refusals_to_reply(viewer: Viewer, row: Row) -> list[Refusal]:
    """The sender's focal point replies, on its turn."""
    return [
        *_sender(viewer, row, policy.FOCAL_POINTS, "reply"),
        _wrong_status(row, list(rules.LIVE), "Replies are given after it was sent, until it ends."),
        _not_on_turn(viewer, row),
    ]


def refusals_to_agree(viewer: Viewer, row: Row) -> list[Refusal]:
    """In talks the focal point whose turn it is agrees to what the other side said last."""
    return [
        _not_acting(viewer, policy.FOCAL_POINTS, "agree"),
        _wrong_status(row, rules.expression_sources(E.AGREED), "Only what is in talks can be agreed."),
        _not_on_turn(viewer, row),
        _withdrawn(row),
        Refusal("PROPOSAL_FULL", _proposal(row, policy.is_full), "All places of the proposal are taken."),
    ]


def refusals_to_decline(viewer: Viewer, row: Row) -> list[Refusal]:
    """The receiver's focal point declines, whosever turn it is."""
    return [
        *_receiver(viewer, row, "decline"),
        _wrong_status(
            row, rules.expression_sources(E.DECLINED), "It can be declined after it was sent, until it ends."
        ),
    ]


def refusals_to_withdraw(viewer: Viewer, row: Row) -> list[Refusal]:
    """The sender's focal point withdraws what it sent, whosever turn it is."""
    return [
        *_sender(viewer, row, policy.FOCAL_POINTS, "withdraw an expression of interest"),
        _wrong_status(
            row, rules.expression_sources(E.WITHDRAWN), "It can be withdrawn after it was sent, until it ends."
        ),
    ]


def refusals_to_write_message(viewer: Viewer, row: Row) -> list[Refusal]:
    """Contributors and focal points of both sides write in its thread while it is live or agreed, on any turn."""
    return [
        _not_acting(viewer, policy.WRITERS, "write in a thread"),
        _wrong_status(row, [*rules.LIVE, E.AGREED], "Messages are written after it was sent, until it ends unagreed."),
    ]


def refusals_to_read_thread(viewer: Viewer, _: Row) -> list[Refusal]:
    """Everyone of the two delegations marks what they have read, as long as their delegation takes part."""
    return [not_permitted(not viewer.actor.acts, "Only people of a delegation taking part can mark what they read.")]


def refusals_to_unseal(viewer: Viewer, _: Row) -> list[Refusal]:
    """Only the secretariat breaks a seal, and never one of its own: it has none."""
    return [
        not_permitted(viewer.role is not Role.SECRETARIAT, "Only the secretariat can open a thread that is sealed.")
    ]


def check_upload(actor: Actor) -> tuple[UUID, UUID]:
    """Return person and delegation of someone who may upload files for messages.

    Raises:
        NotPermitted: not a contributor or focal point of a delegation taking part.
    """
    if actor.role not in policy.WRITERS or not actor.acts or actor.delegation_id is None or actor.person_id is None:
        raise NotPermitted("Only contributors and focal points of a delegation taking part can upload files.")
    return actor.person_id, actor.delegation_id


def _sender(viewer: Viewer, row: Row, roles: frozenset[Role], act: str) -> list[Refusal]:
    other = row.sender_id.is_distinct_from(viewer.delegation_id)
    return [_not_acting(viewer, roles, act), not_permitted(other, f"Only the delegation that made it can {act}.")]


def _receiver(viewer: Viewer, row: Row, act: str) -> list[Refusal]:
    other = row.receiver_id.is_distinct_from(viewer.delegation_id)
    return [
        _not_acting(viewer, policy.FOCAL_POINTS, act),
        not_permitted(other, f"Only the delegation that received it can {act}."),
    ]


def _not_acting(viewer: Viewer, roles: frozenset[Role], act: str) -> Refusal:
    who = "Only contributors and focal points" if Role.CONTRIBUTOR in roles else "Only a focal point"
    return not_permitted(
        viewer.role not in roles or not viewer.actor.acts, f"{who} of a delegation taking part can {act}."
    )


def _wrong_status(row: Row, allowed: list[E], sentence: str) -> Refusal:
    return Refusal("EXPRESSION_OF_INTEREST_WRONG_STATUS", row.status.not_in(allowed), sentence)


def _not_on_turn(viewer: Viewer, row: Row) -> Refusal:
    return Refusal("NOT_YOUR_TURN", ~is_on_turn(viewer, row), "It is the other side's turn.")


def _withdrawn(row: Row) -> Refusal:
    shown = _proposal(row, lambda it: it.status.in_(rules.SHOWN))
    return Refusal("PROPOSAL_WITHDRAWN", ~shown, "The proposal was withdrawn, or is not open to you any more.")


def _proposal(row: Row, condition: Callable[[Row], Condition]) -> Condition:
    """Whether the proposal that it answers is one that the viewer may read, and fulfils ``condition``."""
    proposal = table_of(Proposal).alias()
    found = sa.select(proposal.c.id).where(proposal.c.id == row.proposal_id, condition(Columns(proposal)))
    return within(row, found).exists()
