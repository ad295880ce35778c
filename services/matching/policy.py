"""Which pairs may match at all, and who may set the weights."""

from dataclasses import dataclass

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Expression, Row
from services.matching.terms import Constraint
from services.membership.terms import TAKES_PART
from services.proposals.policy import visible_to
from services.proposals.terms import Modality, ProposalStatus, Side
from services.taxonomy.shapes import today


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal and a candidate for it, as rows of SQL.

    ``home`` and ``theirs`` are their states of today: ``regions`` and, of theirs, the pair's ``modality``, all NULL
    for a delegation that is no state's. ``delegation`` is the candidate's.
    """

    own: Row
    home: Row
    other: Row
    theirs: Row
    delegation: Row
    triangular: bool = False

    @property
    def modality(self) -> Expression:
        """The pair's modality today, by the classifications of its states, as text."""
        return sa.func.coalesce(self.theirs.modality, sa.literal("other"), type_=sa.Text())


def constraints(viewer: Viewer, pair: Pair) -> dict[Constraint, Condition]:
    """The hard constraints by name, each true where the pair keeps it; the candidate's visibility is one of them.

    What a side leaves out (languages, period, regions, modalities) constrains nothing.
    """
    own, other = pair.own, pair.other
    modality = sa.literal(Modality.TRIANGULAR.value, sa.Text) if pair.triangular else pair.modality
    return {
        Constraint.VISIBLE: visible_to(viewer, other),
        Constraint.OPEN: sa.and_(
            other.status == ProposalStatus.OPEN,
            other.expires_on >= today(),
            sa.func.coalesce(other.opens_on <= today(), sa.true()),
            own.status.in_([ProposalStatus.DRAFT, ProposalStatus.OPEN]),
            sa.func.coalesce(own.expires_on >= today(), sa.true()),
        ),
        Constraint.PLACES_LEFT: sa.and_(
            sa.func.coalesce(other.agreed < other.places, sa.true()),
            sa.func.coalesce(own.agreed < own.places, sa.true()),
        ),
        Constraint.OTHER_DELEGATION: other.delegation_id != own.delegation_id,
        Constraint.TAKES_PART: pair.delegation.standing.in_(sorted(TAKES_PART)),
        Constraint.OPPOSITE_SIDE: sa.or_(other.side != own.side, other.side == Side.JOINT),
        Constraint.COMMON_LANGUAGE: understood(own, other),
        Constraint.PERIOD: overlapping(own, other),
        Constraint.OWN_REGIONS: _accepts(own.regions_accepted, pair.theirs.regions),
        Constraint.PARTNER_REGIONS: _accepts(other.regions_accepted, pair.home.regions),
        Constraint.OWN_MODALITIES: _admits(own.modalities_accepted, modality),
        Constraint.PARTNER_MODALITIES: _admits(other.modalities_accepted, modality),
    }


def understood(own: Row, other: Row) -> Condition:
    """Whether two proposals can be worked on together: in a language of both, or by interpretation."""
    return sa.or_(
        _silent(own.working_languages),
        _silent(other.working_languages),
        own.interpretation_offered,
        other.interpretation_offered,
        spoken(own.working_languages).overlap(spoken(other.working_languages)),
    )


def overlapping(own: Row, other: Row) -> Condition:
    """Whether the periods of two proposals overlap, as far as they name any."""
    return sa.and_(
        sa.func.coalesce(own.period_from <= other.period_to, sa.true()),
        sa.func.coalesce(other.period_from <= own.period_to, sa.true()),
    )


def spoken(languages: Expression) -> Expression:
    """SQL of the languages in an array of tags without script and region: who works in fr-CA works in fr."""
    tag = sa.func.unnest(languages).column_valued()
    bare = sa.select(sa.func.split_part(tag, "-", 1)).distinct().scalar_subquery()
    tagged = sa.func.array_to_string(languages, ",").contains("-")
    return sa.type_coerce(sa.case((tagged, sa.func.array(bare)), else_=languages), languages.type)


def _silent(listed: Expression) -> Condition:
    return sa.func.cardinality(listed) == 0


def _accepts(accepted: Expression, regions: Expression) -> Condition:
    return sa.or_(_silent(accepted), accepted.op("&&", is_comparison=True)(regions))


def _admits(accepted: Expression, modality: Expression) -> Condition:
    return sa.or_(_silent(accepted), modality == sa.any_(sa.cast(accepted, sa.ARRAY(sa.Text))))


def may_propose(viewer: Viewer) -> bool:
    """The secretariat proposes weights."""
    return viewer.role is Role.SECRETARIAT


def weights_visible_to(_: Viewer, __: Row) -> Condition:
    """Everyone sees how matches are scored."""
    return sa.true()


def refusals_to_confirm(viewer: Viewer, row: Row) -> list[Refusal]:
    """A co-chair's focal point confirms weights that the secretariat proposed."""
    chairs = viewer.role is Role.FOCAL_POINT and viewer.actor.co_chair and viewer.actor.acts
    return [
        not_permitted(not chairs, "Only a focal point of a co-chairing state can confirm weights."),
        Refusal("WEIGHTS_CONFIRMED", row.confirmed_at.is_not(None), "These weights are confirmed already."),
    ]


def cooperation_visible_to(viewer: Viewer, row: Row) -> Condition:
    """Finished cooperations are meant for members or for the public."""
    return row.visibility.in_(viewer.audiences)  # type: ignore[no-any-return]
