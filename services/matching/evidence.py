"""What two texts say of each other, in SQL: how near they are in meaning, which words they share, and where.

``rules.nearness`` makes one number of it; docs/decisions/0028-evidence-from-text.md says why so. Codes and masks are
those of ``core.codes``; all sums are of whole numbers, so their order changes nothing.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BIT

from services.core.codes import classes, scale
from services.core.meanings import BITS
from services.core.read.shape import Condition, Expression, Row, table_of, within
from services.core.texts import LIMITS
from services.matching.formulas import number, total
from services.proposals.tables import ProposalText

CODES = ARRAY(BIT(varying=True))
WEIGHTS = [weight for weight, _ in classes(BITS)]
"""What each class of pairs of planes weighs, in the order of the masks."""
LAID = [f"laid_{place}" for place, _ in enumerate(WEIGHTS)]
MASKS = [f"mask_{place}" for place, _ in enumerate(WEIGHTS)]
RAREST = 100.0
"""What the rarest word weighs (``proposal_words``)."""


def laid(text: sa.FromClause) -> sa.FromClause:
    """The masks of a text's code, ``MASKS``, and of its passages' codes as arrays, ``LAID``: one row."""
    each = sa.func.unnest(text.c.passage_codes).column_valued()
    inner = sa.select(_masks(each).label("masks")).correlate(text).offset(0).subquery()
    whole = _masks(text.c.code)
    return (
        sa.select(
            *(whole[place + 1].label(name) for place, name in enumerate(MASKS)),
            *(sa.func.array_agg(inner.c.masks[place + 1], type_=CODES).label(name) for place, name in enumerate(LAID)),
        )
        .select_from(inner)
        .correlate(text)
        .lateral()
    )


def comparable(mine: Row, text: Row) -> Condition:
    """Whether one model has read both texts, and their codes can be compared."""
    same = sa.and_(
        text.embedding_model == mine.embedding_model, sa.func.length(text.code) == sa.func.length(mine.mask_0)
    )
    return sa.func.coalesce(same, sa.false())


def likeness(mine: sa.FromClause, text: sa.FromClause, common: Expression, alike: Condition) -> dict[str, Expression]:
    """What ``rules.nearness`` takes, of the text of ``mine`` (see ``states.home``) and ``text``.

    ``meaning`` is NULL where they cannot be compared, ``words`` where they are not ``alike``, of one language, or one has
    none. ``common`` is what ``proposal_words`` finds, NULL for nothing.
    """
    squares = sa.func.sqrt(sa.cast(mine.c.words_square, sa.Float)) * sa.func.sqrt(
        sa.cast(text.c.words_square, sa.Float)
    )
    share = sa.cast(sa.func.coalesce(common, 0), sa.Float) / (number(RAREST) * squares)
    return {
        "meaning": sa.case((comparable(mine.c, text.c), _meaning(mine, text))),
        "words": sa.case((sa.and_(alike, squares > 0), share)),
    }


def _meaning(mine: sa.FromClause, text: sa.FromClause) -> Expression:
    """The cosine of both texts, and of the two passages that are nearest, in the mean of both."""
    whole = _cosine(_product([mine.c[name] for name in MASKS], text.c.code), text.c.code)
    their = sa.func.unnest(text.c.passage_codes).table_valued(sa.column("code", BIT(varying=True))).render_derived()
    own = (
        sa.func.unnest(*(mine.c[name] for name in LAID))
        .table_valued(*(sa.column(name, BIT(varying=True)) for name in LAID))
        .render_derived()
    )
    best = sa.select(sa.func.max(_product([own.c[name] for name in LAID], their.c.code)))
    best = best.select_from(sa.join(own, their, sa.true()))
    nearest = _cosine(best.correlate(mine, text).scalar_subquery(), text.c.code)
    several = sa.or_(sa.func.cardinality(mine.c[LAID[0]]) > 1, sa.func.cardinality(text.c.passage_codes) > 1)
    return sa.case((several, (whole + nearest) / number(2)), else_=whole)


def passage(row: Row, *, own: bool) -> Expression:
    """Of the two passages of a match's texts that are nearest, one's own or the other's; NULL before they are embedded.

    ``row`` has ``own_id`` and ``id``.
    """
    mine, their = (table_of(ProposalText).alias() for _ in range(2))
    here, there = _numbered(mine), _numbered(their)
    masks = sa.select(_masks(here.c.code).label("masks")).offset(0).correlate(here).lateral()
    product = _product([masks.c.masks[place + 1] for place, _ in enumerate(WEIGHTS)], there.c.code)
    text, place = (mine, here.c.place) if own else (their, there.c.place)
    at, characters = (text.c.passages[2 * place - 1 + step] for step in (0, 1))
    whole = sa.func.concat_ws("\n", *(sa.func.nullif(text.c[part], "") for part in LIMITS))
    sources: sa.FromClause = mine
    for joined in (their, here, masks, there):
        sources = sources.join(joined, sa.true())
    best = (
        sa.select(sa.func.btrim(sa.func.substring(whole, at, characters), " \n", type_=sa.Text()))
        .select_from(sources)
        .where(mine.c.proposal_id == row.own_id, mine.c.is_original, their.c.proposal_id == row.id, their.c.is_original)
        .where(mine.c.embedding_model == their.c.embedding_model)
        .order_by(product.desc(), here.c.place, there.c.place)
        .limit(1)
    )
    return within(row, best).scalar_subquery()


def _numbered(text: sa.FromClause) -> sa.TableValuedAlias:
    codes = sa.func.unnest(text.c.passage_codes)
    return codes.table_valued(sa.column("code", BIT(varying=True)), with_ordinality="place").render_derived()


def _masks(code: Expression) -> Expression:
    return sa.func.code_masks(code, BITS, type_=CODES)


def _product(masks: Sequence[Expression], code: Expression) -> Expression:
    """The dot product of two codes, one of them as masks: a whole number."""
    counts = (sa.func.bit_count(mask.op("&")(code), type_=sa.BigInteger()) for mask in masks)
    return total([weight * count for weight, count in zip(WEIGHTS, counts, strict=True)])


def _cosine(product: Expression, code: Expression) -> Expression:
    return sa.cast(product, sa.Float) * number(scale(BITS) * BITS) / sa.cast(sa.func.length(code), sa.Float)
