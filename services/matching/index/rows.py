"""What the index knows of each open proposal that others may see, read from the database in the order of the ids."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BIT

from services.core.actor import Audience
from services.core.db import Reader
from services.core.read.shape import Condition, Expression, table_of
from services.matching.policy import spoken
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import ProposalStatus

TEXTS: ARRAY[Any] = ARRAY(sa.Text)
LISTS = ("capacity_areas", "sectors", "sdg_targets", "forms", "working_languages")
"""The lists of codes that the sides of a pair have in common or not; languages without script and region."""
ACCEPTED = ("regions_accepted", "modalities_accepted")
DAYS = ("opens_on", "expires_on", "period_from", "period_to")


def listed(proposal: sa.FromClause) -> dict[str, Expression]:
    """The lists of a proposal, all as arrays of text."""
    columns = {name: sa.cast(proposal.c[name], TEXTS) for name in (*LISTS, *ACCEPTED)}
    return columns | {"working_languages": sa.cast(spoken(proposal.c.working_languages), TEXTS)}


def days(proposal: sa.FromClause) -> dict[str, Expression]:
    """The dates of a proposal as days since 1970, NULL where there is none."""
    return {name: since_epoch(proposal.c[name]) for name in DAYS}


def since_epoch(day: Expression) -> Expression:
    """A date as days since 1970."""
    return day - sa.literal_column("DATE '1970-01-01'", sa.Date())


def bare(language: Expression) -> Expression:
    """A language without script and region."""
    return sa.func.split_part(language, "-", 1, type_=sa.Text())


def words_of(text: sa.FromClause) -> sa.FromClause:
    """The words of a text: ``hashes`` (bigint, in order) and what each counts there, ``counts`` (smallint), as bytes."""
    found = sa.func.text_counts(text.c.language, text.c.words)
    return found.table_valued(sa.column("hashes", sa.LargeBinary), sa.column("counts", sa.LargeBinary)).lateral()


def packed(bits: Expression) -> Expression:
    """The bytes of a bit string, behind its length in four bytes; of an array of them, one behind the other."""
    return sa.func.varbit_send(sa.cast(bits, BIT(varying=True)), type_=sa.LargeBinary())


def indexed(proposal: sa.FromClause) -> Condition:
    """Whether a proposal is in the index at all: it is open, and for others to see."""
    return sa.and_(proposal.c.status == ProposalStatus.OPEN, proposal.c.visibility != Audience.DELEGATION)


def _statement(proposal: sa.FromClause) -> sa.Select[Any]:
    text = table_of(ProposalText).alias()
    words = words_of(text)
    return sa.select(
        proposal.c.id,
        proposal.c.delegation_id,
        sa.cast(proposal.c.side, sa.Text).label("side"),
        (proposal.c.visibility == Audience.MEMBERS).label("members_only"),
        proposal.c.interpretation_offered,
        sa.func.coalesce(proposal.c.agreed < proposal.c.places, sa.true()).label("has_places"),
        *(value.label(name) for name, value in (days(proposal) | listed(proposal)).items()),
        bare(proposal.c.language).label("language"),
        bare(text.c.language).label("text_language"),
        text.c.embedding_model,
        packed(text.c.code).label("code"),
        packed(sa.func.array_to_string(text.c.passage_codes, "")).label("passages"),
        text.c.words_square,
        words.c.hashes,
        words.c.counts,
    ).select_from(
        sa.outerjoin(proposal, text, sa.and_(text.c.proposal_id == proposal.c.id, text.c.is_original)).outerjoin(
            words, sa.true()
        )
    )


_PROPOSAL = table_of(Proposal).alias()
_SOME = (
    _statement(_PROPOSAL)
    .where(indexed(_PROPOSAL), _PROPOSAL.c.id > sa.bindparam("after", type_=sa.Uuid()))
    .order_by(_PROPOSAL.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_THESE = (
    _statement(_PROPOSAL)
    .where(indexed(_PROPOSAL), _PROPOSAL.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
    .order_by(_PROPOSAL.c.id)
)


async def rows_after(session: Reader, after: UUID, most: int) -> Sequence[Any]:
    """The next so many rows behind an id."""
    found: Sequence[Any] = (await session.execute(_SOME, {"after": after, "most": most})).all()
    return found


async def rows_of(session: Reader, ids: Sequence[UUID]) -> Sequence[Any]:
    """The rows of those of ``ids`` that are in the index."""
    found: Sequence[Any] = (await session.execute(_THESE, {"ids": list(ids)})).all()
    return found
