"""What can be read of triangles."""

import sqlalchemy as sa

from services.core.read.shape import Connection, Many, One, Order, Shape, Value, extend
from services.core.table import text_enum
from services.matching.shapes import MATCH
from services.matching.terms import MatchCriterion, TriangleOrder, TriangularRole
from services.matching.triangles import FACILITATING, PIVOTAL, reasons, triangles
from services.proposals.shapes import PROPOSAL
from services.proposals.terms import Modality

TRIANGLE_REASON = Shape.of(
    "TriangleReason",
    None,
    None,
    {
        "role": Value(lambda row, _: sa.type_coerce(row.role, text_enum(TriangularRole))),
        "code": Value(lambda row, _: sa.type_coerce(row.code, text_enum(MatchCriterion))),
        "contribution": Value(lambda row, _: row.contribution),
    },
)
TRIANGLE = Shape.of(
    "Triangle",
    None,
    None,
    {
        "score": Value(lambda row, _: row.score),
        # Never null: a triangle is made of two matches that the viewer sees.
        "pivotal": One(lambda: MATCH, over=PIVOTAL, null=False),
        "facilitating": One(lambda: MATCH, over=FACILITATING, null=False),
        "likeConditions": Value(
            lambda row, _: sa.cast(sa.func.upper(sa.cast(row.like_codes, sa.Text)), sa.ARRAY(sa.Text))
        ),
        "modality": Value(lambda _, __: sa.type_coerce(sa.literal(Modality.TRIANGULAR.value), text_enum(Modality))),
        "reasons": Many(
            lambda: TRIANGLE_REASON, over=reasons, order=lambda row, _: [row.contribution.desc(), row.role, row.place]
        ),
        "weightsVersion": Value(lambda row, _: row.version),
    },
)
TRIANGLES = Connection(
    lambda: TRIANGLE,
    orders={
        TriangleOrder.SCORE: Order(
            "triangles.score",
            lambda row, _: [(row.score, True), (row.pivotal_id, True), (row.facilitating_id, True)],
            (sa.Float(), sa.Uuid(), sa.Uuid()),
        )
    },
    default=lambda _: TriangleOrder.SCORE,
    over=triangles,
)
extend(PROPOSAL, {"triangles": TRIANGLES})
