"""What ``who_may.md`` speaks of in the administration of membership."""

from uuid import UUID

from services.core.actor import Role
from services.core.db import Writer
from services.core.table import now
from services.identity.tables import Person
from services.membership.nomination_tables import Nomination
from services.membership.organisation_tables import Organisation
from services.membership.setting_tables import GroupSettings
from services.membership.terms import OrganisationKind, VoicesNeeded
from tests.builders import delegation_id, id_of


async def membership_things(session: Writer) -> dict[str, tuple[str, UUID]]:
    """Settings, an organisation and a nomination of Zambia's, and people who left or could."""
    zambia = delegation_id("ZMB")
    left = Person(delegation_id=zambia, email="left@test.example", name="Gone", role=Role.VIEWER, left_at=now())
    settings = GroupSettings(
        version=99, voices_needed=VoicesNeeded.ONE, open_days=30, longest_open_days=60, note="Why."
    )
    sponsored = Organisation(
        delegation_id=zambia, name="UNZA", kind=OrganisationKind.UNIVERSITY, sponsored_since=now().date()
    )
    nomination = Nomination(delegation_id=zambia, person_id=id_of("ZMB contributor"), reference="Note 1")
    session.add_all([left, settings, sponsored, nomination])
    for code in ("ZMB", "EGY", "VAT", "CHN", "applicant", "suspended"):  # or the first could not go
        email = f"second.{code.lower()}@test.example"
        session.add(Person(delegation_id=delegation_id(code), email=email, name="A second", role=Role.FOCAL_POINT))
    await session.flush()
    return {
        "a person who left": ("person", left.id),
        "settings proposed": ("group_settings", settings.id),
        "an organisation that it sponsors": ("organisation", sponsored.id),
        "a nomination in it": ("nomination", nomination.id),
    }
