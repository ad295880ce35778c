"""The codes of reference data as people write them into spreadsheets."""

from dataclasses import dataclass

from services.core.db import Reader
from services.taxonomy.queries import MEANT, UnknownCode, known_codes, state_codes


@dataclass(frozen=True, slots=True)
class CodeBook:
    """All codes of one field, found in capital or small letters; spreadsheets drop the zeros before an M49 code."""

    name: str
    folded: dict[str, str]

    def find(self, text: str) -> str:
        """Return the code as the reference data writes it.

        Raises:
            UnknownCode: there is no such code.
        """
        found = self.folded.get(text.lower())
        if found is None and self.name == "regionsAccepted":
            found = self.folded.get(text.zfill(3))
        if found is None:
            raise UnknownCode(f"This is no {MEANT[self.name]}.", path=(self.name,))
        return found


async def code_book(session: Reader, name: str) -> CodeBook:
    """The codes of the field ``name`` (``sectors``, ``sdgTargets``, ``licence``, ``regionsAccepted``)."""
    return CodeBook(name, {code.lower(): code for code in await known_codes(session, name)})


async def state_book(session: Reader) -> CodeBook:
    """The ISO 3166-1 alpha-3 codes of all states."""
    return CodeBook("states", {code.lower(): code for code in await state_codes(session)})
