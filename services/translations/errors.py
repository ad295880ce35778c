"""What can go wrong with a translation, each with a stable code."""

from services.core.errors import Conflict, Invalid
from services.translations.terms import SuggestionStatus


class SuggestionWrongStatus(Conflict):
    """The life cycle has no such step from where the suggestion is."""

    code = "TRANSLATION_WRONG_STATUS"

    def __init__(self, current: SuggestionStatus, wanted: SuggestionStatus) -> None:
        super().__init__(f"A translation that is {current.value} cannot become {wanted.value}.", path=("id",))


class LanguageOfOriginal(Conflict):
    """The text is written in the language it would be translated into."""

    code = "LANGUAGE_OF_ORIGINAL"

    def __init__(self, language: str, *, path: tuple[str, ...] = ("language",)) -> None:
        super().__init__(f"The original is written in “{language}”; translate it into another language.", path=path)


class TooManyWaiting(Conflict):
    """The delegation has as many suggestions waiting at one thing as it may have."""

    code = "TOO_MANY_WAITING"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} translations of yours wait here already; withdraw one first.", path=("id",))


class NotTranslated(Conflict):
    """There is no accepted translation into the language named."""

    code = "NOT_TRANSLATED"

    def __init__(self, language: str) -> None:
        super().__init__(f"There is no accepted translation into “{language}”.", path=("language",))


class ReasonNeeded(Invalid):
    """The act needs a reason that whoever suggested it is told."""

    code = "REASON_NEEDED"
