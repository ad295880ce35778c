"""What the tests of translations share: suggestions, what readers see of them, and a look at all of it."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor
from services.core.audit import RecordLeaf
from services.core.db import Database, Writer
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.core.table import now
from services.core.texts import Text, add_translation
from services.labs.tables import LabText
from services.labs.terms import LabStatus
from services.practices.tables import PracticeText
from services.practices.terms import PracticeStatus
from services.translations import commands
from services.translations.commands import Translation
from services.translations.kinds import KINDS, Kind
from services.translations.tables import TranslationSuggestion
from services.translations.terms import SuggestionStatus
from tests.builders import a_practice, actor, delegation_id, id_of
from tests.services.labs.world import a_lab
from tests.services.matching.world import a_cooperation

PRACTICE, LAB, COOPERATION = (KINDS[name] for name in ("practice", "lab", "cooperation"))
TEXT, SUGGESTION, LEAF = table_of(PracticeText), table_of(TranslationSuggestion), table_of(RecordLeaf)
Act = Callable[[Writer, Actor], Awaitable[UUID]]


async def do(db: Database, who: str, act: Act) -> UUID:
    """Do it in a transaction of its own, as someone."""
    one = actor(who)
    async with db.write(one) as session:
        return await act(session, one)


async def outcome(db: Database, who: str, act: Act) -> str | None:
    """None if it was done, else the code of the refusal; then nothing may have changed."""
    before, failure = await everything(db), None
    try:
        await do(db, who, act)
    except DomainError as error:
        failure = error
    if failure is None:
        return None
    assert await everything(db) == before, f"refused with {failure.code}, yet something changed"
    return failure.code


def suggesting(thing: UUID, title: str, language: str = "fr", engine: str | None = None, kind: Kind = PRACTICE) -> Act:
    """The act of suggesting a translation."""
    given = Translation(Text(language, title), engine)
    return partial(commands.suggest_translation, kind=kind, thing_id=thing, given=given)


async def suggest(
    db: Database,
    who: str,
    thing: UUID,
    title: str,
    language: str = "fr",
    engine: str | None = None,
    kind: Kind = PRACTICE,
) -> UUID:
    """Suggest a translation and return the suggestion's id."""
    return await do(db, who, suggesting(thing, title, language, engine, kind))


def step(name: str, key: UUID) -> Act:
    """What may become of a suggestion, by its name."""
    acts: dict[str, Act] = {
        "accept": partial(commands.accept_translation, suggestion_id=key),
        "decline": partial(commands.decline_translation, suggestion_id=key, reason="Not quite."),
        "withdraw": partial(commands.withdraw_translation, suggestion_id=key),
    }
    return acts[name]


def keeping(name: str, thing: UUID, language: str = "fr", kind: Kind = PRACTICE) -> Act:
    """What may become of an accepted translation, by its name."""
    command = {"confirm": commands.confirm_translation, "remove": commands.remove_translation}[name]
    return partial(command, kind=kind, thing_id=thing, language=language)


async def a_suggestion(
    db: Database, thing: UUID, status: SuggestionStatus, by: str = "FRA contributor", title: str = "Enseigner"
) -> UUID:
    """A suggestion in any state, got there by acts."""
    made = await suggest(db, by, thing, title, engine="An engine" if status is SuggestionStatus.MACHINE else None)
    ends = {
        SuggestionStatus.ACCEPTED: ("ZMB focal point", "accept"),
        SuggestionStatus.DECLINED: ("ZMB focal point", "decline"),
        SuggestionStatus.WITHDRAWN: (by, "withdraw"),
    }
    if status in ends:
        who, name = ends[status]
        await do(db, who, step(name, made))
    return made


async def a_published(db: Database, **columns: Any) -> UUID:
    """A published practice of Zambia in English."""
    async with db.write(SYSTEM) as session:
        return (await a_practice(session, **{"status": PracticeStatus.PUBLISHED, **columns})).id


async def shown(db: Database, thing: UUID, language: str = "fr", kind: Kind = PRACTICE) -> tuple[str, str, bool] | None:
    """What readers of the language see: status, title and whether it is stale; None if there is nothing."""
    text = table_of(kind.text).c
    async with db.read(SYSTEM) as session:
        columns = (text.translation_status, text.title, text.is_stale)
        found = sa.select(*columns).where(text[kind.key] == thing, text.language == language)
        row = (await session.execute(found)).one_or_none()
        return None if row is None else (row[0].value, row[1], row[2])


async def suggestion(db: Database, key: UUID) -> Any:
    """The suggestion as it is kept."""
    async with db.read(SYSTEM) as session:
        return (await session.execute(sa.select(SUGGESTION).where(SUGGESTION.c.id == key))).one()


async def everything(db: Database) -> dict[str, list[Any]]:
    """All rows that an act on translations could change, by table."""
    found: dict[str, list[Any]] = {}
    async with db.read(SYSTEM) as session:
        texts = (table_of(one) for kind in (PRACTICE, LAB, COOPERATION) for one in (kind.thing, kind.text))
        for table in (*texts, SUGGESTION, LEAF):
            rows = await session.execute(sa.select(*table.c).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


async def announced(db: Database) -> list[tuple[str, dict[str, Any]]]:
    """The events of translations that were announced, each with its facts, in their order."""
    async with db.read(SYSTEM) as session:
        rows = await session.execute(
            sa.text("SELECT payload FROM pgqueuer WHERE entrypoint = 'notices.tell' ORDER BY id")
        )
        payloads = [orjson.loads(row.payload) for row in rows]
    return [(one["event"], one["facts"]) for one in payloads if one["event"].startswith("translation.")]


async def build_translation_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Texts in every state of translation, and suggestions at every point of their lives, with the ids of all."""
    made: list[tuple[str, UUID]] = []
    for number, status in enumerate((PracticeStatus.PUBLISHED, PracticeStatus.DRAFT)):
        practice = await a_practice(
            session, status=status, title=f"Fields “{number}” \u2028", by=("ZMB", "FRA")[number]
        )
        await add_translation(session, PracticeText, {"practice_id": practice.id}, Text("fr", "Champs \\ 🧪", "Bref"))
        made += [("practice", practice.id), *await _suggestions(session, PRACTICE, practice.id)]
        await session.execute(
            sa.update(TEXT).where(TEXT.c.practice_id == practice.id, TEXT.c.language == "fr").values(is_stale=True)
        )
    for lab_status in (LabStatus.PLANNED, LabStatus.ACTIVE):
        lab = await a_lab(session, founder="ZMB", partner="FRA", status=lab_status)
        await add_translation(session, LabText, {"lab_id": lab.id}, Text("fr", "Cartes \\ 🧪"))
        made += [("lab", lab.id), *await _suggestions(session, LAB, lab.id)]
    cooperation = await a_cooperation(session, "ZMB", "FRA")
    made += [("cooperation", cooperation), *await _suggestions(session, COOPERATION, cooperation)]
    return made


async def _suggestions(session: Writer, kind: Kind, thing: UUID) -> Sequence[tuple[str, UUID]]:
    texts = table_of(kind.text)
    made = []
    for number, status in enumerate(SuggestionStatus):
        by, language = ("FRA", "ZMB", None)[number % 3], ("ru", "ar")[number % 2]
        row = TranslationSuggestion(
            kind=kind.name,
            thing_id=thing,
            language=language,
            title=f"Поля “{number}”",
            status=status,
            is_stale=number % 2 == 1,
            machine_made_by="An engine" if status is SuggestionStatus.MACHINE else None,
            by_delegation_id=None if by is None else delegation_id(by),
            by_person_id=None if by is None else id_of(f"{by} contributor"),
            decline_reason="Why." if status is SuggestionStatus.DECLINED else "",
            decided_at=None if number < 2 else now(),
        )
        session.add(row)
        await session.flush()
        await session.refresh(row)
        made.append(("translation_suggestion", row.id))
        if number < 2:
            values = {
                "translation_status": status.value,
                "suggestion_id": row.id,
                "machine_made_by": row.machine_made_by,
            }
            text = {kind.key: thing, "language": language, "is_original": False, "title": row.title}
            copied = {"delegation_id": row.delegation_id, "visibility": "public", "made_by_id": row.by_delegation_id}
            original = sa.select(texts.c.status).where(texts.c[kind.key] == thing, texts.c.is_original)
            status_of = original.scalar_subquery()
            await session.execute(sa.insert(texts).values(**values, **text, **copied, status=status_of))
    return made
