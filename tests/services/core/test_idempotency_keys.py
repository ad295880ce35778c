"""Keys that no row could hold are refused in a sentence."""

import pytest

from tests.conftest import Ask


@pytest.mark.parametrize("key", ["", "a" * 201, "a\x00b", "a\nb", "\u202ea"])
async def test_a_key_is_1_to_200_printable_characters(graphql: Ask, key: str) -> None:
    query = "mutation ($input: DelegationOpenInput!) { delegationOpen(input: $input) { errors { code path } } }"
    given = {"standing": "INVITED", "reference": "Note 1", "state": "BTN", "idempotencyKey": key}
    answer = await graphql("secretariat", query, input=given)
    assert answer["data"]["delegationOpen"]["errors"] == [{"code": "INVALID", "path": ["idempotencyKey"]}]
