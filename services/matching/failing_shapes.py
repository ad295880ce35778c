"""What can be read of two proposals that are no match, or are one."""

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.read.shape import Many, One, Shape, Value
from services.core.table import text_enum
from services.matching import failing
from services.matching.shapes import MATCH
from services.matching.terms import Constraint, MatchChangeField
from services.proposals.shapes import PROPOSAL

BROKEN = Shape.of(
    "BrokenConstraint",
    None,
    None,
    {
        "code": Value(lambda row, _: sa.type_coerce(row.code, text_enum(Constraint))),
        "sentence": Value(lambda row, _: row.sentence),
    },
)
CHANGE = Shape.of(
    "MatchChange",
    None,
    None,
    {
        # Never null: both proposals are visible, or there is no answer at all.
        "proposal": One(lambda: PROPOSAL, on=lambda row, proposal: proposal.id == row.proposal_id, null=False),
        "field": Value(lambda row, _: sa.type_coerce(row.field, text_enum(MatchChangeField))),
        "values": Value(lambda row, _: row["values"]),
        "sentence": Value(lambda row, _: row.sentence),
    },
)
WHY_NOT = Shape.of(
    "WhyNot",
    None,
    None,
    {
        "first": One(lambda: PROPOSAL, on=lambda row, proposal: proposal.id == row.first_id, null=False),
        "second": One(lambda: PROPOSAL, on=lambda row, proposal: proposal.id == row.other_id, null=False),
        "match": One(lambda: MATCH, over=failing.matched),
        "broken": Many(lambda: BROKEN, over=failing.failed, order=lambda row, _: [row.place]),
        "changes": Many(lambda: CHANGE, over=failing.changes, order=lambda row, _: [row.place]),
        "isPossible": Value(failing.possible),
    },
)
WHY_NOT_OF = One(
    lambda: WHY_NOT,
    over=failing.compared,
    convert={"need": of_kind("proposal"), "offer": of_kind("proposal")},
)
