"""What the delegations of the large demonstration have written: practices, proposals, expressions of interest.

Values in, rows out: a batch is always the same for one first day, and knows nothing of any other batch. The statuses,
dates and places agree with each other as the commands would have left them.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from services.core.actor import Audience
from services.core.languages import UN_LANGUAGES
from services.core.texts import Text
from services.demo.crowd import Party
from services.demo.phrases import Sentences, Subject, phrases, text
from services.practices.terms import PracticeStatus
from services.proposals.terms import Modality, ProposalStatus, Side

P, S = PracticeStatus, ProposalStatus
Row = dict[str, Any]

PRACTICE_DAYS, PROPOSAL_DAYS = 900, 730
"""Over how many days before the first day what there is was made."""
LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", None)
REGIONS = ("002", "009", "019", "142", "150")


@dataclass(frozen=True, slots=True)
class InventedText:
    """One language of a thing; ``subject`` is what it means."""

    thing: UUID
    is_original: bool
    subject: Subject
    text: Text
    made_at: datetime
    copied: Row
    """The thing's delegation, status and visibility."""


@dataclass(slots=True)
class Batch:
    """Rows by table, and the texts of the things among them by kind of thing."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    texts: dict[str, list[InventedText]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> Row:
        """Add a row to a table."""
        self.rows.setdefault(table, []).append(row)
        return row


class Chance(random.Random):
    """The chance of one batch: the same in every run."""

    def one_of(self, odds: dict[Any, int]) -> Any:
        """One of the keys, as likely as its number says."""
        return self.choices(list(odds), list(odds.values()))[0]

    def few(self, among: Sequence[Any], most: int) -> list[Any]:
        """One to ``most`` of them, each once."""
        return self.sample(among, min(len(among), self.randint(1, most)))

    def id_at(self, moment: datetime) -> UUID:
        """A UUIDv7 (RFC 9562) as it would have been made at ``moment``."""
        stamp = int(moment.timestamp() * 1000) << 80
        noise = self.getrandbits(74)
        return UUID(int=stamp | 0x7 << 76 | (noise >> 62) << 64 | 0b10 << 62 | noise & (1 << 62) - 1)

    def subject(self) -> Subject:
        """What something is about."""
        return Subject(self.randrange(len(phrases("theme"))), self.randrange(len(phrases("setting"))))

    def sentences(self) -> Sentences:
        """How it is said."""
        return Sentences(*(self.randrange(len(phrases(kind))) for kind in ("approach", "context", "result")))


@dataclass(frozen=True, slots=True)
class Scene:
    """What every batch begins from: who acts, and the first day of the load (00:00 UTC)."""

    crowd: Sequence[Party]
    first_day: datetime

    def times(self, begin: int, end: int, total: int, days: int, chance: Chance) -> Iterator[tuple[int, datetime]]:
        """The numbers from ``begin`` to ``end`` with when each was made: evenly over the days before the first."""
        step = timedelta(days=days) / total
        for number in range(begin, end):
            yield number, self.first_day - timedelta(days=days) + step * number + step * chance.random()


def practices(scene: Scene, begin: int, end: int, total: int) -> Batch:
    """The practices ``begin`` to ``end`` of ``total``, with texts, versions and endorsements."""
    chance, batch = Chance(f"practices {begin}"), Batch()
    authors = chance.choices(scene.crowd, [one.weight for one in scene.crowd], k=end - begin)
    for author, (number, made) in zip(authors, scene.times(begin, end, total, PRACTICE_DAYS, chance), strict=True):
        _practice(scene, batch, chance, author, number, made)
    return batch


def _practice(scene: Scene, batch: Batch, chance: Chance, author: Party, number: int, made: datetime) -> None:
    status = chance.one_of({P.PUBLISHED: 70, P.DRAFT: 14, P.IN_REVIEW: 7, P.WITHDRAWN: 9})
    out = status in {P.PUBLISHED, P.WITHDRAWN}
    published = min(made + timedelta(days=chance.uniform(1, 60)), scene.first_day) if out else None
    subject = chance.subject()
    theme = phrases("theme")[subject.theme]
    row = batch.add(
        "practice",
        id=chance.id_at(made),
        created_at=made,
        updated_at=published or made,
        revision=1 + 2 * out,
        delegation_id=author.id,
        external_id=f"large-practice-{number:06}",
        status=status,
        visibility=chance.one_of({Audience.PUBLIC: 60, Audience.MEMBERS: 30, Audience.DELEGATION: 10}),
        language=author.language,
        capacity_areas=[area.lower() for area in chance.few(theme["areas"], 3)],
        sectors=chance.few(theme["sectors"], 3),
        sdg_targets=chance.few(theme["targets"], 3),
        licence=chance.choice(LICENCES),
        version=int(out),
        published_at=published,
        listed_at=published or made,
        last_confirmed_on=published and published.date(),
        return_reason="",
        withdrawal_reason="[Demo]" if status is P.WITHDRAWN else "",
        is_demo=True,
    )
    add_texts(batch, chance, "practice", row, _copied(row), subject, number, others=0.25)
    if out:
        _publish(scene, batch, chance, row)


def _publish(scene: Scene, batch: Batch, chance: Chance, row: Row) -> None:
    own = [one for one in batch.texts["practice"][-3:] if one.thing == row["id"]]
    parts = {one.text.language: {n: getattr(one.text, n) for n in ("title", "summary", "description")} for one in own}
    batch.add(
        "practice_version",
        practice_id=row["id"],
        number=1,
        published_at=row["published_at"],
        texts=orjson.dumps(parts).decode(),
        **own[0].copied,
    )
    voices = min(int(chance.paretovariate(1.1)) - 1, 60)
    for voter in chance.sample(scene.crowd, voices):
        if voter.id != row["delegation_id"]:
            at = row["published_at"] + (scene.first_day - row["published_at"]) * chance.random()
            batch.add("endorsement", practice_id=row["id"], delegation_id=voter.id, person_id=None, created_at=at)


def proposals(scene: Scene, begin: int, end: int, total: int) -> Batch:
    """The proposals ``begin`` to ``end`` of ``total``, with texts."""
    chance, batch = Chance(f"proposals {begin}"), Batch()
    authors = chance.choices(scene.crowd, [one.weight for one in scene.crowd], k=end - begin)
    for author, (number, made) in zip(authors, scene.times(begin, end, total, PROPOSAL_DAYS, chance), strict=True):
        _proposal(scene, batch, chance, author, number, made)
    return batch


def _proposal(scene: Scene, batch: Batch, chance: Chance, author: Party, number: int, made: datetime) -> None:
    subject = chance.subject()
    theme = phrases("theme")[subject.theme]
    side = Side.OFFER if author.observer else chance.one_of({Side.NEED: 46, Side.OFFER: 44, Side.JOINT: 10})
    row = batch.add(
        "proposal",
        id=chance.id_at(made),
        created_at=made,
        updated_at=made,
        revision=1,
        delegation_id=author.id,
        external_id=f"large-proposal-{number:06}",
        side=side,
        visibility=chance.one_of({Audience.PUBLIC: 45, Audience.MEMBERS: 45, Audience.DELEGATION: 10}),
        language=author.language,
        capacity_areas=[area.lower() for area in chance.few(theme["areas"], 3)],
        sectors=chance.few(theme["sectors"], 3),
        sdg_targets=chance.few(theme["targets"], 3),
        forms=[form.lower() for form in chance.few(theme["forms"], 3)],
        quantity=Decimal(chance.randint(1, 400)) if chance.random() < 0.5 else None,
        unit="participants",
        places=None if chance.random() < 0.3 else chance.randint(1, 8),
        agreed=0,
        modalities_accepted=[]
        if chance.random() < 0.8
        else chance.few([Modality.SOUTH_SOUTH, Modality.NORTH_SOUTH], 2),
        regions_accepted=[] if chance.random() < 0.6 else chance.few(REGIONS, 3),
        working_languages=list(dict.fromkeys([author.language, *chance.few(UN_LANGUAGES, 2)])),
        interpretation_offered=chance.random() < 0.1,
        licence=chance.choice(LICENCES),
        readiness=chance.randint(1, 9),
        withdrawal_reason="",
        is_demo=True,
        **_life(scene, chance, made),
    )
    add_texts(batch, chance, "proposal", row, _copied(row), subject, number, others=0.1)


def _life(scene: Scene, chance: Chance, made: datetime) -> Row:
    """Status and days of a proposal made at ``made``, as they stand on the first day."""
    if chance.random() < 0.1:
        dates = dict.fromkeys(("period_from", "period_to", "opens_on", "expires_on", "opened_at", "closed_at"))
        return {**dates, "status": S.DRAFT, "listed_at": made}
    opened = min(made + timedelta(days=chance.uniform(0, 20)), scene.first_day)
    expires = opened.date() + timedelta(days=chance.choice((120, 240, 365, 540, 730, 1000)))
    gone = expires <= scene.first_day.date()
    status = chance.one_of(
        {S.EXPIRED: 70, S.CLOSED: 25, S.WITHDRAWN: 5} if gone else {S.OPEN: 80, S.CLOSED: 15, S.WITHDRAWN: 5}
    )
    ended = opened + (scene.first_day - opened) * chance.random()
    begin = opened.date() + timedelta(days=chance.randint(30, 400))
    return {
        "status": status,
        "period_from": begin if chance.random() < 0.7 else None,
        "period_to": begin + timedelta(days=chance.randint(30, 700)) if chance.random() < 0.7 else None,
        "opens_on": opened.date(),
        "expires_on": expires,
        "opened_at": opened,
        "closed_at": ended if status in {S.CLOSED, S.WITHDRAWN} else None,
        "listed_at": opened,
    }


def add_texts(
    batch: Batch, chance: Chance, kind: str, row: Row, copied: Row, subject: Subject, number: int, others: float
) -> None:
    """Add the original of a thing of a kind, and with the chance ``others`` one or two translations; ``copied`` stands on each text."""
    sentences = chance.sentences()
    further = [one for one in UN_LANGUAGES if one != row["language"]]
    translated = chance.few(further, 2) if chance.random() < others else []
    for language in (row["language"], *translated):
        said = text(language, subject, sentences, number)
        original = language == row["language"]
        one = InventedText(row["id"], original, subject, said, row["created_at"], copied)
        batch.texts.setdefault(kind, []).append(one)


def _copied(row: Row) -> Row:
    return {name: row[name] for name in ("delegation_id", "status", "visibility")}
