"""What figures can be asked for, and how evenness is measured."""

from services.core.errors import Invalid

FIRST_YEAR, LAST_YEAR = 1946, 9999
"""The years that can be asked for: the United Nations have been at work since 1946."""


def checked_year(year: int) -> int:
    """Return a year for which there can be figures.

    Raises:
        Invalid: there can be none.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(f"The year is {year}; there are figures for {FIRST_YEAR} to {LAST_YEAR}.")
    return year
