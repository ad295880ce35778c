"""Money: an amount in minor units, a 64-bit number, with its ISO 4217 currency."""

from dataclasses import dataclass
from functools import cache

from services.core.errors import Invalid

MOST_MINOR = 2**63 - 1
"""The largest amount: what a 64-bit number holds."""


class WrongMoney(Invalid):
    """An amount out of range, or a currency that is none of today."""

    code = "WRONG_MONEY"


@dataclass(frozen=True, slots=True)
class Money:
    """``amount_minor`` counts the currency's minor unit (cents; the unit itself where it has none)."""

    amount_minor: int
    currency: str

    def checked(self, path: tuple[str, ...] = ()) -> "Money":
        """Return the money if it can be kept.

        Raises:
            WrongMoney: the amount is not from 1 to 2^63 - 1, or the currency is none that is used today.
        """
        if not 1 <= self.amount_minor <= MOST_MINOR:
            raise WrongMoney(f"An amount is from 1 to {MOST_MINOR:,} minor units (cents).", path=(*path, "amountMinor"))
        if self.currency not in currencies():
            shown = f"“{self.currency[:10]}”" if self.currency.isprintable() else "This"
            raise WrongMoney(
                f"{shown} is no currency of today; one has an ISO 4217 code, such as XOF.", path=(*path, "currency")
            )
        return self


@cache
def currencies() -> frozenset[str]:
    """The ISO 4217 codes that can be promised today: those CLDR knows, without those every territory has given up."""
    from babel.core import get_global
    from babel.numbers import list_currencies

    used = [one for territory in get_global("territory_currencies").values() for one in territory]
    ended = {code for code, *_ in used} - {code for code, _, end, _ in used if end is None}
    no_currency, of_tests = "X" * 3, "XTS"
    return frozenset(list_currencies()) - ended - {no_currency, of_tests}
