"""Who may see a proposal, and why someone may not act on it (product.md, "Who may")."""

from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Role, Viewer
from services.core.errors import NotPermitted
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row, Way, table_of, within
from services.proposals import rules
from services.proposals.errors import ALREADY_EXPRESSED
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import ExpressionStatus, ProposalStatus, Side
from services.taxonomy.shapes import today

WRITERS = frozenset({Role.CONTRIBUTOR, Role.FOCAL_POINT})
FOCAL_POINTS = frozenset({Role.FOCAL_POINT})
OBSERVERS_OFFER = "An observer can post offers, but no needs and no joint proposals."


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """The proposals that ``viewer`` may know of: its delegation's own, and what others have opened to it.

    The secretariat sees no draft, and of a withdrawn one what it could read before.
    """
    return sa.or_(*(way.condition for way in ways(viewer, row)))


def ways(viewer: Viewer, row: Row) -> list[Way]:
    """The same in parts: what is shown to the viewer, and what is its delegation's own."""
    read = row.visibility.in_(viewer.audiences)
    shown = Way(sa.and_(row.status.in_(rules.SHOWN), read), {"status": set(ProposalStatus) - {*rules.SHOWN}})
    match viewer.role:
        case Role.PUBLIC:
            return [shown]
        case Role.SECRETARIAT:
            once = (*rules.SHOWN, ProposalStatus.WITHDRAWN)
            return [Way(sa.and_(row.status.in_(once), read), {"status": {ProposalStatus.DRAFT}, "mine": {True}})]
        case Role.SYSTEM:
            return [Way(sa.true())]
        case _:
            return [shown, Way(row.delegation_id == viewer.delegation_id, {"mine": {False}})]


def check_draft(actor: Actor, side: Side) -> UUID:
    """Return the delegation for which the actor may draft a proposal of this side.

    Raises:
        NotPermitted: not a contributor or focal point of a delegation taking part, or an observer that asks.
    """
    if actor.role not in WRITERS or not actor.acts or actor.delegation_id is None:
        raise NotPermitted("Only contributors and focal points of a delegation taking part can draft a proposal.")
    if actor.observer and side is not Side.OFFER:
        raise NotPermitted(OBSERVERS_OFFER, path=("side",))
    return actor.delegation_id


def refusals_to_revise(viewer: Viewer, row: Row) -> list[Refusal]:
    """Contributors and focal points revise their delegation's drafts; what is open only a focal point."""
    return [
        *_own(viewer, row, WRITERS, "Only contributors and focal points of a delegation taking part can revise."),
        not_permitted(
            sa.and_(row.status == ProposalStatus.OPEN, sa.literal(viewer.role is not Role.FOCAL_POINT)),
            "Only a focal point can revise what is open.",
        ),
        _wrong_status(
            row, [ProposalStatus.DRAFT, ProposalStatus.OPEN], "Only a draft or an open proposal can be revised."
        ),
    ]


def refusals_to_delete(viewer: Viewer, row: Row) -> list[Refusal]:
    """A delegation's writers may delete its drafts."""
    sentence = "Only contributors and focal points of a delegation taking part can delete a draft."
    return [
        *_own(viewer, row, WRITERS, sentence),
        _wrong_status(row, [ProposalStatus.DRAFT], "Only a draft can be deleted."),
    ]


def refusals_to_open(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point opens its delegation's draft; an observer only an offer."""
    sentence = "Only a focal point of a delegation taking part can open a proposal."
    return [
        *_own(viewer, row, FOCAL_POINTS, sentence),
        _asks_as_observer(viewer, row),
        _wrong_status(row, [ProposalStatus.DRAFT], "Only a draft can be opened; renew what has expired."),
    ]


def refusals_to_renew(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point renews what is open or has expired, while places remain."""
    sentence = "Only a focal point of a delegation taking part can renew a proposal."
    return [
        *_own(viewer, row, FOCAL_POINTS, sentence),
        _asks_as_observer(viewer, row),
        _wrong_status(row, list(rules.RENEWABLE), "Only an open or expired proposal can be renewed."),
        _full(row),
    ]


def refusals_to_close(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point closes its delegation's open proposal."""
    sentence = "Only a focal point of a delegation taking part can close a proposal."
    return [
        *_own(viewer, row, FOCAL_POINTS, sentence),
        _wrong_status(row, rules.sources(ProposalStatus.CLOSED), "Only an open proposal can be closed."),
    ]


def refusals_to_withdraw(viewer: Viewer, row: Row) -> list[Refusal]:
    """The delegation's focal point withdraws; so may the secretariat, with a reason that the owner is told."""
    status = _wrong_status(row, rules.sources(ProposalStatus.WITHDRAWN), "Only an open proposal can be withdrawn.")
    sentence = "Only a focal point of the delegation, or the secretariat, can withdraw a proposal."
    if viewer.role is Role.SECRETARIAT:
        return [not_permitted(not viewer.actor.acts, sentence), status]
    return [*_own(viewer, row, FOCAL_POINTS, sentence), status]


def refusals_to_draft_expression(viewer: Viewer, row: Row) -> list[Refusal]:
    """A delegation's writers draft an expression of interest in another's open proposal."""
    sentence = "Only contributors and focal points of a delegation taking part can draft an expression of interest."
    return [*_express(viewer, row, WRITERS, sentence), _expressed(viewer, row)]


def refusals_to_express_interest(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point sends an expression of interest in another delegation's open proposal."""
    return [*refusals_to_send_draft(viewer, row), _expressed(viewer, row)]


def refusals_to_send_draft(viewer: Viewer, row: Row) -> list[Refusal]:
    """As to express interest, where the draft is there already."""
    sentence = "Only a focal point of a delegation taking part can send an expression of interest."
    return _express(viewer, row, FOCAL_POINTS, sentence)


def refusals_to_answer_with(viewer: Viewer, row: Row) -> list[Refusal]:
    """An expression of interest names an open proposal of one's own, or none."""
    return [
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id),
            "Name a proposal of your own delegation, or none.",
        ),
        *closed_to_others(row)[:2],
    ]


def closed_to_others(row: Row) -> list[Refusal]:
    """Why a proposal takes no new expressions of interest from anybody."""
    passed = sa.func.coalesce(row.expires_on < today(), sa.false(), type_=sa.Boolean())
    return [
        Refusal("PROPOSAL_NOT_OPEN", row.status != ProposalStatus.OPEN, "This proposal is not open."),
        Refusal("PROPOSAL_EXPIRED", passed, "This proposal has expired."),
        _full(row),
    ]


def is_full(row: Row) -> Condition:
    """Whether all places of a proposal are taken; without places named there is no limit."""
    return sa.and_(row.places.is_not(None), sa.func.coalesce(row.agreed >= row.places, sa.false()))


def _express(viewer: Viewer, row: Row, roles: frozenset[Role], sentence: str) -> list[Refusal]:
    return [
        not_permitted(viewer.role not in roles or not viewer.actor.acts, sentence),
        not_permitted(
            row.delegation_id.is_not_distinct_from(viewer.delegation_id),
            "A delegation does not express interest in its own proposal.",
        ),
        *closed_to_others(row),
    ]


def _expressed(viewer: Viewer, row: Row) -> Refusal:
    """The index ``uq_expression_of_interest_live`` decides; this tells it beforehand."""
    other = table_of(ExpressionOfInterest)  # no alias: to make one for each request takes milliseconds
    mine = sa.select(other.c.id).where(
        other.c.proposal_id == row.id,
        other.c.sender_id == viewer.delegation_id,
        other.c.status.in_([ExpressionStatus.DRAFT, *rules.LIVE]),
    )
    return Refusal("EXPRESSION_OF_INTEREST_EXISTS", within(row, mine).exists(), ALREADY_EXPRESSED)


def _own(viewer: Viewer, row: Row, roles: frozenset[Role], sentence: str) -> list[Refusal]:
    return [
        not_permitted(viewer.role not in roles or not viewer.actor.acts, sentence),
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id), "This is another delegation's proposal."
        ),
    ]


def _asks_as_observer(viewer: Viewer, row: Row) -> Refusal:
    return not_permitted(sa.and_(sa.literal(viewer.actor.observer), row.side != Side.OFFER), OBSERVERS_OFFER)


def _wrong_status(row: Row, allowed: list[ProposalStatus], sentence: str) -> Refusal:
    return Refusal("PROPOSAL_WRONG_STATUS", row.status.not_in(allowed), sentence)


def _full(row: Row) -> Refusal:
    return Refusal("PROPOSAL_FULL", is_full(row), "All places of this proposal are taken.")
