"""What one line of each table says: a ``Line`` in, a fact out, or ``ReferenceInvalid``.

What the rest of the data knows (states, sources …) comes in as sets of codes.
"""

from collections.abc import Set as AbstractSet

from services.core.errors import Invalid
from services.core.languages import UN_LANGUAGES, check_language_tag, direction
from services.taxonomy import facts
from services.taxonomy.lines import Line
from services.taxonomy.terms import (
    CapacityArea,
    ClassificationScheme,
    DateBasis,
    IncomeGroup,
    LicenceUse,
    NamedKind,
    RegionLevel,
    SectorStatus,
    StateKind,
    Vision,
)

Codes = AbstractSet[str]


def source(line: Line) -> facts.Source:
    """Read a line of sources.tsv."""
    return facts.Source(
        key=line.fitting("key", "[a-z0-9_]+", "a key of small letters, digits and “_”"),
        title=line.text("title"),
        publisher=line.text("publisher"),
        as_of=line.day("as_of"),
        licence=line.text("licence"),
    )


def region(line: Line, source: str) -> facts.Region:
    """Read a line of regions.tsv; whether the parent is there is for the whole table to say."""
    level = line.word("level", RegionLevel)
    parent = line.cells["parent"] or None
    if (parent is None) != (level is RegionLevel.REGION):
        raise line.fault("parent", "a region has no parent, a sub-region or intermediate region has one.")
    return facts.Region(_m49(line, "code"), parent, level, line.in_six(), source)


def language(line: Line, source: str) -> facts.Language:
    """Read a line of languages.tsv."""
    code = line.text("code")
    try:
        written = check_language_tag(code)
    except Invalid as error:
        raise line.fault("code", error.message) from error
    if written != code:
        raise line.fault("code", f"“{code}” is written “{written}” in BCP 47.")
    if line.text("direction") != direction(code):
        raise line.fault("direction", f"“{code}” is written {direction(code)}.")
    return facts.Language(code, direction(code), line.cells["autonym"], line.in_six(), source)


def state(line: Line, source: str, *, spoken: Codes) -> facts.State:
    """Read a line of states.tsv; ``spoken`` are the codes of languages.tsv."""
    kind = line.word("kind", StateKind)
    since = line.cells["un_member_since"]
    if kind is StateKind.MEMBER:
        line.fitting("un_member_since", r"(19|20)\d\d", "the year of admission to the United Nations")
    elif since:
        raise line.fault("un_member_since", "an observer state is no member, so the cell must be blank.")
    return facts.State(
        iso3=line.fitting("iso3", "[A-Z]{3}", "three capital letters"),
        iso2=line.fitting("iso2", "[A-Z]{2}", "two capital letters"),
        m49=_m49(line, "m49"),
        kind=kind,
        region=_m49(line, "region"),
        sub_region=_m49(line, "sub_region"),
        intermediate_region=line.cells["intermediate_region"] or None,
        un_member_since=int(since) if since else None,
        official_languages=line.all_known("official_languages", spoken, "languages.tsv"),
        names=line.in_six(),
        source=source,
    )


def classification(line: Line, source: str, *, states: Codes) -> facts.Classification:
    """Read a line of classifications.tsv; ``states`` are the codes of states.tsv."""
    scheme = line.word("scheme", ClassificationScheme)
    if bool(line.cells["value"]) != (scheme is ClassificationScheme.WB_INCOME):
        raise line.fault("value", "the World Bank’s rows have an income group, and no others do.")
    row = facts.Classification(
        scheme=scheme,
        iso3=line.known("iso3", states, "states.tsv"),
        value=line.word("value", IncomeGroup) if line.cells["value"] else None,
        valid_from=line.day("valid_from"),
        valid_from_basis=line.word("valid_from_basis", DateBasis),
        valid_to=line.optional_day("valid_to"),
        scheduled_to=line.optional_day("scheduled_to"),
        as_known_on=line.day("as_known_on"),
        source=source,
        note=line.cells["note"],
    )
    if row.valid_to and row.scheduled_to:
        raise line.fault("scheduled_to", "what has ended is not scheduled to end.")
    for column, end in (("valid_to", row.valid_to), ("scheduled_to", row.scheduled_to)):
        if end and end <= row.valid_from:
            raise line.fault(column, f"{end} is not after {row.valid_from}, the first day.")
    return row


def name_place(line: Line) -> facts.NamePlace:
    """Read a line of name_order.tsv."""
    return facts.NamePlace(
        kind=line.word("kind", NamedKind),
        language=line.known("language", UN_LANGUAGES, "the six UN languages"),
        position=int(line.fitting("position", r"[1-9]\d{0,3}", "a place counted from 1")),
        code=line.text("code"),
    )


def vision(line: Line, source: str) -> facts.VisionText:
    """Read a line of visions.tsv."""
    return facts.VisionText(line.word("code", Vision), line.text("place"), line.in_six(), source)


def action(line: Line, source: str) -> facts.Action:
    """Read a line of actions.tsv."""
    code = line.fitting("code", "A([1-9]|10)", "one of A1 to A10")
    return facts.Action(code, line.words("visions", Vision), line.text("place"), line.in_six(), source)


def area(line: Line, source: str) -> facts.AreaText:
    """Read a line of capacity_areas.tsv."""
    return facts.AreaText(
        area=line.word("code", CapacityArea),
        visions=line.words("visions", Vision),
        names=line.in_six(),
        descriptions=line.in_six("description"),
        source=source,
    )


def goal(line: Line, source: str) -> facts.Goal:
    """Read a line of sdg_goals.tsv."""
    number = line.fitting("code", "[1-9]|1[0-7]", "a goal’s number, 1 to 17")
    return facts.Goal(int(number), line.in_six(), source)


def target(line: Line, source: str, *, goals: Codes) -> facts.Target:
    """Read a line of sdg_targets.tsv; ``goals`` are the codes of sdg_goals.tsv."""
    of = line.known("goal", goals, "sdg_goals.tsv")
    code = line.fitting("code", rf"{of}\.(\d{{1,2}}|[a-d])", f"a target of goal {of}, like {of}.1")
    return facts.Target(code, int(of), line.text("text_en"), source)


def category(line: Line, source: str) -> facts.SectorCategory:
    """Read a line of sector_categories.tsv."""
    return facts.SectorCategory(line.fitting("code", r"\d{3}", "three digits"), _in_two(line), source)


def sector(line: Line, source: str, *, categories: Codes) -> facts.Sector:
    """Read a line of sectors.tsv; ``categories`` are the codes of sector_categories.tsv."""
    return facts.Sector(
        code=line.fitting("code", r"\d{5}", "five digits"),
        category=line.known("category", categories, "sector_categories.tsv"),
        status=line.word("status", SectorStatus),
        names=_in_two(line),
        source=source,
    )


def licence(line: Line, source: str) -> facts.Licence:
    """Read a line of licences.tsv."""
    return facts.Licence(
        id=line.fitting("id", "[A-Za-z0-9.+-]+", "an SPDX id"),
        name=line.text("name"),
        osi_approved=line.fitting("osi_approved", "yes|no", "“yes” or “no”") == "yes",
        suggested_for=line.words("suggested_for", LicenceUse) if line.cells["suggested_for"] else (),
        source=source,
    )


def _m49(line: Line, column: str) -> str:
    return line.fitting(column, r"\d{3}", "an M49 code of three digits")


def _in_two(line: Line) -> dict[str, str]:
    english, french = line.text("name_en"), line.cells["name_fr"]
    return {"en": english, "fr": french} if french else {"en": english}
