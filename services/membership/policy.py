"""Who may see delegations and their standings, and why someone may not act on them (product.md, "Who may").

The secretariat proposes and records, a co-chair decides, and a delegation leaves by itself.
"""

import sqlalchemy as sa

from services.core.actor import Role, Scope, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row, table_of, within
from services.membership import rules
from services.membership.tables import StandingProposal, StandingVoice
from services.membership.terms import LISTED, Standing, StandingProposalStatus

RECORDERS = frozenset({Role.SECRETARIAT, Role.SYSTEM})
"""Who records and proposes; the platform itself does so when the Group is founded."""


def is_co_chair(viewer: Viewer) -> bool:
    """Whether ``viewer`` is the focal point of a delegation that is co-chair today."""
    return viewer.role is Role.FOCAL_POINT and viewer.actor.co_chair


def knows_all(viewer: Viewer) -> bool:
    """Whether ``viewer`` sees every delegation: those who propose and those who decide."""
    return viewer.role in RECORDERS or is_co_chair(viewer)


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """The delegations on the public roster, one's own, and all of them for the secretariat and co-chairs."""
    return _seen(viewer, on_roster(row), row.id)


def visible_period(viewer: Viewer, row: Row) -> Condition:
    """The standings that the roster shows, one's own, and all of them for the secretariat and co-chairs."""
    return _seen(viewer, shown(row), row.delegation_id)


def visible_proposal(viewer: Viewer, row: Row) -> Condition:
    """The proposals about one's own delegation, and all of them for the secretariat and co-chairs."""
    return _seen(viewer, sa.false(), row.delegation_id)


def visible_voice(viewer: Viewer, row: Row) -> Condition:
    """The voices on proposals about one's own delegation, and all of them for the secretariat and co-chairs."""
    return _seen(viewer, sa.false(), row.about_id)


def on_roster(row: Row) -> Condition:
    """The delegations that everyone knows of: those that take part, or once did."""
    return sa.or_(shown(row), row.took_part_as.is_not(None))


def shown(row: Row) -> Condition:
    """The standings that everyone knows of, of a delegation or of a period."""
    return row.standing.in_(sorted(LISTED))  # type: ignore[no-any-return]


def _seen(viewer: Viewer, public: Condition, delegation_id: sa.ColumnElement[object]) -> Condition:
    if viewer.role is Role.PUBLIC:
        return public
    return sa.true() if knows_all(viewer) else sa.or_(public, delegation_id == viewer.delegation_id)


def may_open(viewer: Viewer) -> bool:
    """The secretariat records who was invited and who applied."""
    return viewer.role in RECORDERS and viewer.actor.acts


def refusals_to_propose(viewer: Viewer, row: Row) -> list[Refusal]:
    """The secretariat proposes a change of standing, one at a time."""
    proposal = table_of(StandingProposal).alias()
    there = sa.select(proposal.c.id).where(
        proposal.c.delegation_id == row.id, proposal.c.status == StandingProposalStatus.OPEN
    )
    return [
        not_permitted(not may_open(viewer), "Only the secretariat can propose a change of standing."),
        Refusal(
            "STANDING_PROPOSAL_THERE",
            within(row, there).exists(),
            "An open proposal for this delegation is to be decided first.",
        ),
    ]


def refusals_to_record_application(viewer: Viewer, row: Row) -> list[Refusal]:
    """The secretariat records that a delegation that has withdrawn, or was declined, applies again."""
    return [
        not_permitted(not may_open(viewer), "Only the secretariat can record an application."),
        _stands_otherwise(
            row, rules.APPLIES_AGAIN, "Only a delegation that has withdrawn or was declined applies again."
        ),
    ]


def refusals_to_withdraw(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point withdraws its own delegation."""
    return [
        not_permitted(
            row.id.is_distinct_from(viewer.delegation_id),
            "A delegation withdraws by itself; for others the secretariat proposes and a co-chair decides.",
        ),
        not_permitted(
            viewer.role is not Role.FOCAL_POINT or not viewer.actor.acts,
            "Only a focal point of a delegation taking part can withdraw it.",
        ),
        _stands_otherwise(
            row, rules.LEAVES_BY_ITSELF, "Only a member or observer can withdraw; a co-chair's term is ended first."
        ),
    ]


def refusals_to_answer_invitation(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point answers the invitation of its own delegation, which acts on nothing else yet."""
    return [
        not_permitted(row.id.is_distinct_from(viewer.delegation_id), "Only the delegation invited can answer."),
        not_permitted(
            viewer.role is not Role.FOCAL_POINT or Scope.WRITE not in viewer.actor.scopes,
            "Only a focal point of the delegation invited can answer.",
        ),
        _stands_otherwise(row, {Standing.INVITED}, "There is no invitation to answer."),
    ]


def refusals_to_decide(viewer: Viewer, row: Row) -> list[Refusal]:
    """Co-chairs decide a proposal, one voice each, not one about their own delegation.

    The platform does when the Group is founded.
    """
    founding = viewer.role is Role.SYSTEM
    voice = table_of(StandingVoice).alias()
    given = sa.select(voice.c.id).where(
        voice.c.proposal_id == row.id, voice.c.delegation_id == sa.cast(viewer.delegation_id, sa.Uuid)
    )
    return [
        not_permitted(
            not founding and (not is_co_chair(viewer) or not viewer.actor.acts),
            "Only a focal point of a co-chair can decide on a standing.",
        ),
        not_permitted(
            row.delegation_id.is_not_distinct_from(viewer.delegation_id),
            "A co-chair does not decide on its own delegation; another one does.",
        ),
        Refusal(
            "STANDING_PROPOSAL_DECIDED",
            row.status != StandingProposalStatus.OPEN,
            "This proposal is not open any more.",
        ),
        Refusal(
            "STANDING_VOICE_GIVEN",
            within(row, given).exists(),
            "Your state has spoken on this proposal; each co-chair has one voice.",
        ),
    ]


def _stands_otherwise(row: Row, allowed: set[Standing] | frozenset[Standing], sentence: str) -> Refusal:
    return Refusal("DELEGATION_WRONG_STANDING", row.standing.not_in(sorted(allowed)), sentence)
