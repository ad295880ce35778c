"""Row security: the second wall beneath every ``visible_to``, forced on every table with a delegation's data.

A policy uses only its row's own columns and the identity that opened the transaction. Outside any identity nothing
is visible. Policies are declared beside the tables, created by migrations, and compared by ``gof migrate --check``.
"""

from dataclasses import dataclass

ROLE = "(select current_setting('gof.role', true))"
PERSON = "(select nullif(current_setting('gof.person', true), '')::uuid)"
DELEGATION = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
AUDIENCE = "(select nullif(current_setting('gof.audience', true), ''))"
CO_CHAIR = f"({ROLE} = 'focal_point' AND (select current_setting('gof.co_chair', true)) = '1')"
"""A focal point of a delegation that is co-chair today."""

PLATFORM = f"{ROLE} = 'system'"
SECRETARIAT = f"{ROLE} = 'secretariat'"
OWN = f"delegation_id = {DELEGATION}"
SHARED = f"(visibility = 'public' AND {AUDIENCE} IS NOT NULL OR visibility = 'members' AND {AUDIENCE} = 'members')"


def either(*conditions: str) -> str:
    """SQL that holds where one of ``conditions`` does."""
    return " OR ".join(f"({condition})" for condition in conditions)


@dataclass(frozen=True, slots=True)
class Protection:
    """The policies of one table.

    ``seen`` rows may be read and locked; ``written`` is what a new or changed row must fulfil; ``removed`` rows
    may be deleted. FOR UPDATE also applies the update policy, so its USING is ``seen``. Of a ``private`` table the
    public never sees a row, so that nothing written there changes what the public reads (``public_changes``).
    """

    table: str
    seen: str
    written: str
    removed: str = "false"
    private: bool = False

    def statements(self) -> list[str]:
        """The SQL that puts the table behind forced row security; the migrating role keeps its access."""
        table = self.table
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)",
            f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({self.seen})",
            f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({self.written})",
            f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({self.seen}) WITH CHECK ({self.written})",
            f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({self.removed})",
        ]


PROTECTED: dict[str, Protection] = {}


def protect(table: str, *, seen: str, written: str, removed: str = "false", private: bool = False) -> None:
    """Declare the row security of a table, beside its class."""
    PROTECTED[table] = Protection(table, seen, written, removed, private)
