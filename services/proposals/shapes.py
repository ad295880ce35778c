"""What can be read of proposals: a Shape and its lists. Matching adds ``matches`` to ``PROPOSAL``."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.days import or_last
from services.core.ids import of_kind
from services.core.languages import check_language_tag
from services.core.policy import Refusals, may, reasons_against
from services.core.read.codes import any_of
from services.core.read.shape import (
    Ask,
    Condition,
    Connection,
    Expression,
    FieldOf,
    Filter,
    One,
    Order,
    Row,
    Shape,
    Value,
    global_id,
    table_of,
)
from services.core.texts import SAME_MEANING, check_characters, search_parts
from services.membership.shapes import DELEGATION
from services.membership.tables import Delegation
from services.proposals import policy
from services.proposals.tables import Proposal, ProposalText
from services.taxonomy.tables import MemberState
from services.translations.shapes import translatable


class ProposalOrder(StrEnum):
    """Orders of proposals."""

    NEWEST = "newest"
    EXPIRING = "expiring"
    RELEVANCE = "relevance"


def acts(**refusals: Refusals) -> dict[str, FieldOf]:
    """For each act, named in camel case with a capital, ``viewerCan…`` and ``viewerCannot…Reasons``."""
    can: dict[str, FieldOf] = {f"viewerCan{act}": may(one) for act, one in refusals.items()}
    return can | {f"viewerCannot{act}Reasons": reasons_against(one) for act, one in refusals.items()}


PROPOSAL = Shape.of(
    "Proposal",
    Proposal,
    policy.visible_to,
    {
        "id": global_id("proposal"),
        "revision": Proposal.revision,
        "externalId": Proposal.external_id,
        "side": Proposal.side,
        "status": Proposal.status,
        "visibility": Proposal.visibility,
        "originalLanguage": Proposal.language,
        **translatable("proposal", Proposal, ProposalText, policy.visible_to),
        "delegation": One(lambda: DELEGATION, on=lambda row, it: it.id == row.delegation_id),
        "capacityAreas": Proposal.capacity_areas,
        "sectors": Proposal.sectors,
        "sdgTargets": Proposal.sdg_targets,
        "forms": Proposal.forms,
        "quantity": Value(lambda row, _: sa.func.trim_scale(row.quantity, type_=sa.Numeric()), null=True),
        "unit": Proposal.unit,
        "periodFrom": Proposal.period_from,
        "periodTo": Proposal.period_to,
        "places": Proposal.places,
        "placesLeft": Value(lambda row, _: row.places - row.agreed, null=True),
        "agreed": Proposal.agreed,
        "modalitiesAccepted": Proposal.modalities_accepted,
        "regionsAccepted": Proposal.regions_accepted,
        "workingLanguages": Proposal.working_languages,
        "interpretationOffered": Proposal.interpretation_offered,
        "licence": Proposal.licence,
        "readiness": Proposal.readiness,
        "opensOn": Proposal.opens_on,
        "expiresOn": Proposal.expires_on,
        "openedAt": Proposal.opened_at,
        "closedAt": Proposal.closed_at,
        "createdAt": Proposal.created_at,
        "updatedAt": Proposal.updated_at,
        "withdrawalReason": Proposal.withdrawal_reason,
        "isDemo": Proposal.is_demo,
        **acts(
            Revise=policy.refusals_to_revise,
            Delete=policy.refusals_to_delete,
            Open=policy.refusals_to_open,
            Renew=policy.refusals_to_renew,
            Close=policy.refusals_to_close,
            Withdraw=policy.refusals_to_withdraw,
            DraftExpressionOfInterest=policy.refusals_to_draft_expression,
            ExpressInterest=policy.refusals_to_express_interest,
        ),
    },
)


def _is_mine(row: Row, ask: Ask, mine: bool) -> Condition:  # noqa: FBT001 - the value of a filter
    """Whether it is the viewer's delegation's own, or another's."""
    own = ask.viewer.delegation_id
    return row.delegation_id == own if mine else row.delegation_id.is_distinct_from(own)  # type: ignore[no-any-return]


def _found(source: sa.FromClause, configurations: Expression, words: Expression, sketch: Expression) -> sa.FromClause:
    """The proposals that a search finds, with their score in [0, 1]."""
    found = sa.func.proposal_search(configurations, words, sketch, SAME_MEANING).table_valued(
        sa.column("id", sa.Uuid), sa.column("score", sa.Float)
    )
    return sa.select(source, found.c.score).join_from(source, found, found.c.id == source.c.id).subquery()


def _lying_in(code: Expression) -> sa.Select[Any]:
    """The delegations of the states of a region."""
    delegation, state = table_of(Delegation).alias(), table_of(MemberState).alias()
    return (
        sa.select(delegation.c.id)
        .join_from(delegation, state, state.c.iso3 == delegation.c.state)
        .where(sa.cast(code, sa.Text) == sa.any_(state.c.regions))
    )


def _in_region(row: Row, code: Expression) -> Condition:
    """By an array, found once, in which no index can look: a join would read all of a region for a page of it."""
    lying = sa.func.array(_lying_in(code).scalar_subquery(), type_=ARRAY(sa.Uuid))
    return sa.func.array_position(lying, row.delegation_id).is_not(None)


def _ids_in_region(most: int | None, code: Expression) -> sa.Select[Any]:
    proposal = table_of(Proposal).alias()
    return sa.select(proposal.c.id).where(proposal.c.delegation_id.in_(_lying_in(code))).limit(most)


def _text(value: str) -> str:
    return check_characters(value, path=())


def _texts(values: Sequence[str]) -> list[str]:
    return [_text(value) for value in values]


def _words(values: Sequence[StrEnum]) -> list[str]:
    return [word.value for word in values]


def _tags(values: Sequence[str]) -> list[str]:
    return [check_language_tag(value) for value in values]


PROPOSALS = Connection(
    lambda: PROPOSAL,
    orders={
        ProposalOrder.NEWEST: Order(
            "proposals.newest",
            lambda row, _: [(row.listed_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        ),
        ProposalOrder.EXPIRING: Order(
            "proposals.expiring",
            lambda row, _: [(or_last(row.expires_on), False), (row.id, False)],
            (sa.Date(), sa.Uuid()),
        ),
        ProposalOrder.RELEVANCE: Order(
            "proposals.relevance",
            lambda row, _: [(row.score, True), (row.id, True)],
            (sa.Float(), sa.Uuid()),
            needs="search",
        ),
    },
    default=lambda where: ProposalOrder.RELEVANCE if "search" in where else ProposalOrder.NEWEST,
    where={
        "search": Filter(
            convert=search_parts, types=(ARRAY(sa.Text), ARRAY(sa.Text), sa.Text()), slow=True, joins=_found
        ),
        "side": Filter(lambda row, side: row.side == side),
        "status": Filter(lambda row, status: row.status == status),
        "delegation": Filter(lambda row, key: row.delegation_id == key, of_kind("delegation"), (sa.Uuid(),)),
        "mine": Filter(_is_mine, asks=True),
        "capacityAreas": any_of("proposal", "capacity_areas", _words),
        "sectors": any_of("proposal", "sectors", _texts),
        "sdgTargets": any_of("proposal", "sdg_targets", _texts),
        "forms": any_of("proposal", "forms", _words),
        "workingLanguages": any_of("proposal", "working_languages", _tags),
        "region": Filter(_in_region, _text, (sa.Text(),), ids=_ids_in_region),
        "expiresAfter": Filter(
            lambda row, day: sa.and_(or_last(row.expires_on) >= day, row.expires_on.is_not(None)), None, (sa.Date(),)
        ),
        "expiresBefore": Filter(
            lambda row, day: sa.and_(or_last(row.expires_on) <= day, row.expires_on.is_not(None)), None, (sa.Date(),)
        ),
    },
    ways=policy.ways,
)

PROPOSAL_BY_ID = One(
    lambda: PROPOSAL, by={"id": Filter(lambda row, key: row.id == key, of_kind("proposal"), (sa.Uuid(),))}
)
