"""Money in the contract: an amount in minor units with its currency."""

import strawberry

from schema.core.scalars import BigInt
from services.core import money

CURRENCY = "ISO 4217 code of a currency of today, such as `XOF`."


@strawberry.type(description="An amount of money.")
class Money:
    """Money."""

    amount_minor: BigInt = strawberry.field(
        description="The amount in the currency's minor unit (cents; the unit itself where it has none)."
    )
    currency: str = strawberry.field(description=CURRENCY)


@strawberry.input(description="An amount of money.")
class MoneyInput:
    """Money as given."""

    amount_minor: BigInt = strawberry.field(
        description="The amount in the currency's minor unit, 1 to 9,223,372,036,854,775,807."
    )
    currency: str = strawberry.field(description=CURRENCY)

    def money(self) -> money.Money:
        """What services take; judged there."""
        return money.Money(self.amount_minor, self.currency)
