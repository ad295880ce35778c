"""Which language a reader gets: the one asked for, then the reader's own, then Accept-Language, then the original."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from schema.app import create_app
from schema.core.context import Reception
from services.core.actor import Actor
from services.core.ids import write_id
from services.core.keys import SigningKey
from services.core.tokens import Signer
from services.identity.holding import Issuer
from services.identity.queries import Actors
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.translations.world import a_published, suggest

QUERY = """query ($id: ID!, $language: LanguageTag) { practice(id: $id) {
  title(language: $language) { language text isOriginal translationStatus isStale original { language text } } } }"""


@pytest.fixture
async def client(db: OneAtATime) -> AsyncIterator[httpx.AsyncClient]:
    """The application as it receives people; a token names the languages of its reader's settings."""
    signer = Signer([SigningKey.generate()], issuer="http://gof.test", audience="http://gof.test")

    class Known(Actors):
        async def at_most(self, age: float, token: str) -> tuple[Actor, float]:
            return replace(actor("SEN viewer"), languages=tuple(token.split("+"))), 60.0

    reception = Reception(db, Issuer(signer), Known(db, signer))
    transport = httpx.ASGITransport(app=create_app(db, reception.context, signer, opened=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as found:
        yield found


@pytest.fixture
async def practice(db: OneAtATime) -> UUID:
    """English, accepted in French, suggested in Russian, by a machine in Chinese and in Brazilian Portuguese."""
    thing = await a_published(db, title="Teaching")
    await suggest(db, "ZMB focal point", thing, "Enseigner", "fr")
    await suggest(db, "SEN contributor", thing, "Учить", "ru")
    await suggest(db, "SEN contributor", thing, "教学", "zh", "An engine")
    await suggest(db, "SEN contributor", thing, "Ensinar", "pt-BR", "An engine")
    return thing


@pytest.mark.parametrize("asked", [None, "fr-CA", "ru", "es", "pt-BR"])
@pytest.mark.parametrize("own", [None, "zh", "es+fr-CA", "es"])
@pytest.mark.parametrize("header", [None, "ru", "fr-CA, en;q=0.5", "xx-nonsense, *", "de, zh-Hans-CN;q=0.9"])
async def test_every_way_of_choosing_together(
    client: httpx.AsyncClient, practice: UUID, asked: str | None, own: str | None, header: str | None
) -> None:
    headers = {} if header is None else {"accept-language": header}
    if own:
        headers["authorization"] = f"Bearer {own}"
    body = {"query": QUERY, "variables": {"id": write_id("practice", practice), "language": asked}}
    answer = await client.post("/graphql", json=body, headers=headers)
    title = answer.json()["data"]["practice"]["title"]
    accepted = {"ru": ["ru"], "fr-CA, en;q=0.5": ["fr", "en"], "de, zh-Hans-CN;q=0.9": ["zh"]}
    wishes = [*([asked] if asked else []), *(own or "").split("+"), *accepted.get(header or "", [])]
    wishes = ["fr" if wish == "fr-CA" else wish for wish in wishes]
    there = {"en": "ORIGINAL", "fr": "ACCEPTED", "ru": "SUGGESTED", "zh": "MACHINE", "pt-BR": "MACHINE"}
    expected = next((wish for wish in wishes if wish in there), "en")
    assert (title["language"], title["translationStatus"]) == (expected, there[expected])
    assert title["isOriginal"] is (expected == "en")
    assert title["original"] == {"language": "en", "text": "Teaching"}


@pytest.mark.parametrize(
    ("header", "language"), [("fr-CA", "fr"), ("fr-CA, ru;q=0.9", "fr"), ("pt", "en"), ("pt-BR", "pt-BR")]
)
async def test_who_reads_a_variety_reads_its_language(
    client: httpx.AsyncClient, practice: UUID, header: str, language: str
) -> None:
    body = {"query": QUERY, "variables": {"id": write_id("practice", practice)}}
    answer = await client.post("/graphql", json=body, headers={"accept-language": header})
    assert answer.json()["data"]["practice"]["title"]["language"] == language
