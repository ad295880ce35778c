"""What a delegation writes of a proposal: its shape, and whether it is well-formed, whatever the status."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.core.actor import Audience
from services.core.db import Reader
from services.core.errors import Invalid
from services.core.languages import check_language_tag
from services.core.texts import Text, check_characters
from services.proposals import rules
from services.proposals.errors import TooMany
from services.proposals.tables import Proposal
from services.proposals.terms import CooperationForm, Modality, Side
from services.taxonomy.queries import check_codes
from services.taxonomy.terms import CapacityArea

MOST_CODES = 100
"""How many codes or languages a list of a proposal may have."""
UNIT_LIMIT = 100
EXTERNAL_ID_LIMIT = 200


@dataclass(frozen=True, slots=True)
class ProposalContent:
    """A proposal as its delegation writes it; ``checked`` it can be stored.

    Codes are those of ``taxonomy``, working languages BCP 47 tags; ``quantity`` is counted in ``unit``; ``places`` is
    how many partners it can serve, None for no limit; ``expires_on`` is the last day on which it is open.
    """

    side: Side
    text: Text
    capacity_areas: tuple[CapacityArea, ...] = ()
    sectors: tuple[str, ...] = ()
    sdg_targets: tuple[str, ...] = ()
    forms: tuple[CooperationForm, ...] = ()
    quantity: Decimal | None = None
    unit: str = ""
    period_from: date | None = None
    period_to: date | None = None
    places: int | None = None
    modalities_accepted: tuple[Modality, ...] = ()
    regions_accepted: tuple[str, ...] = ()
    working_languages: tuple[str, ...] = ()
    interpretation_offered: bool = False
    licence: str | None = None
    readiness: int | None = None
    opens_on: date | None = None
    expires_on: date | None = None
    visibility: Audience = Audience.MEMBERS
    external_id: str | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of ``proposal`` that hold it; the text stands in a table of its own."""
        values = {name: getattr(self, name) for name in _COLUMNS}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


_COLUMNS = tuple(one.name for one in fields(ProposalContent) if one.name != "text")


def changed(proposal: Proposal, text: Text, changes: Mapping[str, Any]) -> ProposalContent:
    """The content of ``proposal`` as it will be: what is there now, with ``changes`` to its fields and its text's."""
    parts = {name: changes.get(name, value) for name, value in asdict(text).items()}
    columns: dict[str, Any] = {name: changes.get(name, getattr(proposal, name)) for name in _COLUMNS}
    values: dict[str, Any] = {name: tuple(it) if isinstance(it, list) else it for name, it in columns.items()}
    return ProposalContent(text=Text(**parts), **values)


async def checked(session: Reader, content: ProposalContent) -> ProposalContent:
    """Return the content with normal language tags, without blanks around texts and without repetitions in lists.

    Raises:
        Invalid: a text, number, date, language or code is wrong; ``path`` names the field.
    """
    rules.check_dates(content.opens_on, content.expires_on, content.period_from, content.period_to)
    rules.check_amounts(content.quantity, content.places, content.readiness)
    codes = {
        "sectors": _codes(content.sectors, "sectors"),
        "sdgTargets": _codes(content.sdg_targets, "sdgTargets"),
        "regionsAccepted": _codes(content.regions_accepted, "regionsAccepted"),
    }
    licence = None if content.licence is None else check_characters(content.licence, path=("licence",))
    await check_codes(session, **codes, licence=[] if licence is None else [licence])
    return replace(
        content,
        text=replace(content.text, language=language_tag(content.text.language)).checked(),
        unit=_short(content.unit, "unit", UNIT_LIMIT),
        external_id=None if content.external_id is None else _external_id(content.external_id),
        sectors=codes["sectors"],
        sdg_targets=codes["sdgTargets"],
        regions_accepted=codes["regionsAccepted"],
        working_languages=_languages(content.working_languages),
        capacity_areas=_each_once(content.capacity_areas),
        forms=_each_once(content.forms),
        modalities_accepted=_each_once(content.modalities_accepted),
    )


def _each_once(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _codes(values: tuple[str, ...], name: str) -> tuple[str, ...]:
    _check_number(values, name)
    return _each_once(check_characters(value.strip(), path=(name,)) for value in values)


def language_tag(tag: str, name: str = "language") -> str:
    """Return a BCP 47 tag as it is written normally.

    Raises:
        Invalid: it is none; ``path`` is ``name``.
    """
    try:
        return check_language_tag(tag)
    except Invalid as error:
        error.path = (name,)
        raise


def _languages(values: tuple[str, ...]) -> tuple[str, ...]:
    _check_number(values, "workingLanguages")
    return _each_once(language_tag(value, "workingLanguages") for value in values)


def _check_number(values: tuple[str, ...], name: str) -> None:
    if len(values) > MOST_CODES:
        raise TooMany(f"There are {len(values):,} here; up to {MOST_CODES} are possible.", path=(name,))


def _short(value: str, name: str, limit: int) -> str:
    text = value.strip()
    if len(text) > limit:
        raise Invalid(f"This has {len(text):,} characters; it may have {limit}.", path=(name,))
    return check_characters(text, path=(name,))


def _external_id(value: str) -> str:
    text = _short(value, "externalId", EXTERNAL_ID_LIMIT)
    if not text:
        raise Invalid("An external id has at least one character; leave it out if you have none.", path=("externalId",))
    return text
