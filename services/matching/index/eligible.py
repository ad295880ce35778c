"""Which rows keep all hard constraints and filters: what ``policy.constraints`` says in SQL."""

import numpy as np

from services.matching.index.part import HAS_PLACES, INTERPRETED, MEMBERS_ONLY, SIDES, Array, Part
from services.matching.index.points import Partners
from services.matching.index.question import Question
from services.matching.index.wanted import Wanted
from services.proposals.terms import Side


def eligible(part: Part, question: Question, partners: Partners, wanted: Wanted) -> Array:
    """The rows of a part that may match and that the filters let in."""
    delegation = part.delegation
    kept = _let_in(partners, wanted)[delegation]
    if len(part.dead):
        kept &= ~part.dead
    kept[[row for row in map(part.row_of, question.aside) if row is not None]] = False
    kept &= (part.flags & HAS_PLACES) > 0
    if not wanted.members:
        kept &= (part.flags & MEMBERS_ONLY) == 0
    own_side = SIDES.index(Side(question.side))
    kept &= (part.side != own_side) | (part.side == SIDES.index(Side.JOINT))
    kept &= (part.expires_on >= question.today) & (part.opens_on <= question.today)
    if question.period_from is not None:
        kept &= part.period_to >= question.period_from
    if question.period_to is not None:
        kept &= part.period_from <= question.period_to
    rows = np.nonzero(kept)[0]
    spoken = question.lists["working_languages"]
    if spoken and not question.interpretation_offered:
        silent = (part.size("working_languages")[rows] == 0) | ((part.flags[rows] & INTERPRETED) > 0)
        rows = rows[silent | part.meets("working_languages", spoken, rows)]
    anywhere = part.size("regions_accepted")[rows] == 0
    rows = rows[anywhere | part.meets("regions_accepted", question.regions, rows)]
    anyhow = part.size("modalities_accepted")[rows] == 0
    for modality in dict.fromkeys(partners.modality):
        alike = np.array([one == modality for one in partners.modality])[delegation[rows]]
        anyhow |= alike & part.has("modalities_accepted", modality, rows)
    rows = rows[anyhow]
    return rows if wanted.areas is None else np.asarray(rows[part.meets("capacity_areas", wanted.areas, rows)])


def _let_in(partners: Partners, wanted: Wanted) -> Array:
    """Whether a delegation's proposals are let in."""
    kept = partners.admitted.copy()
    for number, one in enumerate(partners.listed):
        if one is not None and wanted.region is not None:
            kept[number] &= wanted.region in (one.regions or ())
        if one is not None and wanted.delegation is not None:
            kept[number] &= one.id == wanted.delegation.hex
    return kept
