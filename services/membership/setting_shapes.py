"""What can be read of the settings of the Group."""

from enum import StrEnum

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import may
from services.core.read.shape import (
    Condition,
    Connection,
    Filter,
    One,
    Order,
    Row,
    Shape,
    Value,
    global_id,
    table_of,
    within,
)
from services.identity.shapes import PERSON
from services.membership import setting_policy as policy
from services.membership.setting_tables import GroupSettings


class GroupSettingsOrder(StrEnum):
    """Orders of the versions of the settings."""

    NEWEST = "newest"


def _in_force(row: Row) -> Condition:
    """Whether no other version was confirmed later, and this one was."""
    other = table_of(GroupSettings).alias()
    later = sa.select(other.c.id).where(
        sa.tuple_(other.c.confirmed_at, other.c.version) > sa.tuple_(row.confirmed_at, row.version)
    )
    return sa.and_(row.confirmed_at.is_not(None), ~within(row, later).exists())


GROUP_SETTINGS = Shape.of(
    "GroupSettings",
    GroupSettings,
    policy.visible_settings,
    {
        "id": global_id("group_settings"),
        "version": GroupSettings.version,
        "voicesNeeded": GroupSettings.voices_needed,
        "openDays": GroupSettings.open_days,
        "longestOpenDays": GroupSettings.longest_open_days,
        "note": GroupSettings.note,
        "author": One(lambda: PERSON, on=lambda row, person: person.id == row.author_id),
        "createdAt": GroupSettings.created_at,
        "confirmedAt": GroupSettings.confirmed_at,
        "confirmedBy": One(lambda: PERSON, on=lambda row, person: person.id == row.confirmed_by_id),
        "inForce": Value(lambda row, _: sa.case((_in_force(row), sa.true()), else_=sa.false())),
        "viewerCanConfirm": may(policy.refusals_to_confirm),
    },
)
ALL_GROUP_SETTINGS = Connection(
    lambda: GROUP_SETTINGS,
    orders={
        GroupSettingsOrder.NEWEST: Order("group_settings.newest", lambda row, _: [(row.version, True)], (sa.Integer(),))
    },
    default=lambda _: GroupSettingsOrder.NEWEST,
    where={"inForce": Filter(lambda row, wanted: sa.func.coalesce(_in_force(row), sa.false()) == wanted)},
)
GROUP_SETTINGS_BY_ID = One(
    lambda: GROUP_SETTINGS,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("group_settings"), (sa.Uuid(),))},
)
