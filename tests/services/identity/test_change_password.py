"""Another password."""

import pytest

from services.core import passwords
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Conflict, DomainError, Invalid, NotPermitted, NotSignedIn
from services.identity import holding, queries
from services.identity.credentials import change_password, refresh, sign_in
from services.identity.errors import WrongPassword, WrongSignIn
from tests.builders import id_of
from tests.services.identity.world import (
    ANOTHER,
    ISSUER,
    PASSWORD,
    READ_TOKEN,
    SIGNER,
    asker,
    email_of,
    nothing_changes,
    signed_in,
    with_password,
)

WHO = "ZMB viewer"


async def test_the_new_password_signs_in_and_the_old_one_no_more(db: Database) -> None:
    me, _ = await signed_in(db, WHO)
    assert await change_password(db, me, PASSWORD, ANOTHER) == id_of(WHO)
    await sign_in(db, ISSUER, email_of(WHO), ANOTHER)
    with pytest.raises(WrongSignIn):
        await sign_in(db, ISSUER, email_of(WHO), PASSWORD)


async def test_a_new_password_ends_the_persons_other_sessions_and_nobody_elses(db: Database) -> None:
    me, mine = await signed_in(db, WHO)
    _, other = await signed_in(db, WHO)
    _, colleagues = await signed_in(db, "ZMB contributor")
    await change_password(db, me, PASSWORD, ANOTHER)
    for signed in (mine, colleagues):
        await queries.actor_of_access(db, SIGNER.verify(signed.access_token))
        await refresh(db, ISSUER, signed.refresh_token)
    with pytest.raises(NotSignedIn):
        await queries.actor_of_access(db, SIGNER.verify(other.access_token))
    with pytest.raises(NotSignedIn):
        await refresh(db, ISSUER, other.refresh_token)


WHO_MAY_NOT: dict[str, tuple[str, type[DomainError]]] = {
    "the public": ("public", NotPermitted),
    "a token that reads": (f"{WHO}{READ_TOKEN}", NotPermitted),
    "a token that writes": (WHO, NotPermitted),
    "the platform": ("platform", NotPermitted),
}


@pytest.mark.parametrize("case", WHO_MAY_NOT)
async def test_only_a_person_in_a_session_changes_a_password(db: Database, case: str) -> None:
    name, refusal = WHO_MAY_NOT[case]
    who = SYSTEM if name == "platform" else asker(name)
    await with_password(db, WHO)
    async with nothing_changes(db):
        with pytest.raises(refusal):
            await change_password(db, who, PASSWORD, ANOTHER)


async def test_the_session_of_one_person_never_changes_the_password_of_another(db: Database) -> None:
    await with_password(db, "ZMB focal point", ANOTHER)
    me, _ = await signed_in(db, WHO)
    async with nothing_changes(db):
        with pytest.raises(WrongPassword):
            await change_password(db, me, ANOTHER, "harbour violin seven stone")


@pytest.mark.parametrize(
    ("old", "new", "refusal", "path"),
    [
        (ANOTHER, "harbour violin seven stone", WrongPassword, "oldPassword"),
        ("", ANOTHER, WrongPassword, "oldPassword"),
        (PASSWORD, "short", Invalid, "newPassword"),
        (PASSWORD, "zmb viewer zmb viewer", Invalid, "newPassword"),
    ],
)
async def test_a_wrong_old_or_a_poor_new_password_changes_nothing(
    db: Database, old: str, new: str, refusal: type[DomainError], path: str
) -> None:
    me, _ = await signed_in(db, WHO)
    async with nothing_changes(db):
        with pytest.raises(refusal) as refused:
            await change_password(db, me, old, new)
    assert refused.value.path == (path,)


async def test_of_two_changes_at_once_the_second_is_told(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    me, _ = await signed_in(db, WHO)

    async def hashed(password: str) -> str:
        monkeypatch.undo()
        await with_password(db, WHO, "harbour violin seven stone")
        return await passwords.hash_password(password)

    monkeypatch.setattr(holding, "hash_password", hashed)
    with pytest.raises(Conflict, match="just changed"):
        await change_password(db, me, PASSWORD, ANOTHER)
    await sign_in(db, ISSUER, email_of(WHO), "harbour violin seven stone")
