"""The limit of signing in: the checks and writes of the platform by hand, around the one hash of the password.

That is ``verify_password`` for everybody: argon2 with the same parameters, in the same number of threads.
"""

from dataclasses import dataclass
from uuid import UUID

import orjson

from services.core.actor import SYSTEM, Actor, Role
from services.core.passwords import verify_password
from services.core.table import now, uuid7
from services.core.tokens import new_secret, secret_hash
from services.identity import rules, tries
from services.identity.holding import Client, Issuer, looked_for
from tests.bench.expressing import Refused
from tests.bench.statements import Hands, Statement, Values, leaf, statements


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Sign-ins by hand."""

    issuer: Issuer
    found: Statement
    counted: Statement
    held: Statement
    begun: Statement

    @staticmethod
    def of(issuer: Issuer) -> "SigningIn":
        """With the tokens of ``issuer``."""
        steps = statements("writes")
        return SigningIn(issuer, *(steps[f"sign_in_{step}"] for step in ("found", "counted", "held", "begun")))

    async def __call__(self, hands: Hands, _: Actor, asked: Values, client: Client) -> str:
        """Begin a session."""
        email, password = looked_for(asked["input"]["email"]), asked["input"]["password"]
        site, both = (
            rules.network(client.address),
            tries.key("person at an address", email, rules.network(client.address)),
        )
        values = {"email": email, "both": both, "site": tries.key("address", site), "device": client.device}
        async with hands() as hand:
            person, known = await hand.row(self.found, self.found.placed(SYSTEM, values))
        values["buckets"] = [values["site"], both if known else tries.key("person", email)]
        async with hands() as hand, hand.connection.transaction():
            if await hand.value(self.counted, self.counted.placed(SYSTEM, values)) < len(values["buckets"]):
                raise Refused
        if not await verify_password(password, person and person[1]):
            raise Refused
        return await self._begun(hands, {**values, "person": UUID(person[0]), "password_hash": person[1]})

    async def _begun(self, hands: Hands, values: Values) -> str:
        moment, session, secret = now(), uuid7(), new_secret("gof_refresh")
        ends = rules.session_end(moment, moment, self.issuer.refresh)
        async with hands() as hand, hand.connection.transaction():
            held, second_factor = await hand.row(self.held, self.held.placed(SYSTEM, values))
            if held is None or second_factor:
                raise Refused
            who = Actor(Role(held[0]), values["person"], held[1] and UUID(held[1]))
            more = {
                "session": session,
                "at": moment,
                "past": moment - rules.SESSION_KEPT,
                "expires_at": ends,
                "refresh_hash": secret_hash(secret),
                **leaf(who, "session.begun", "session", session),
            }
            await hand.row(self.begun, self.begun.placed(SYSTEM, {**values, **more}))
        signed = {
            "accessToken": self.issuer.signer.sign(values["person"], session, self.issuer.access),
            "accessExpiresAt": moment + self.issuer.access,
            "refreshToken": secret,
            "refreshExpiresAt": ends,
            "errors": [],
        }
        return orjson.dumps({"signIn": signed}).decode()
