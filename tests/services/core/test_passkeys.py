"""Whatever a browser sends, it is a good answer or one refusal."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core import passkeys as core
from services.core.passkeys import Made, PasskeyNotGood, Site
from tests.services.identity.device import Device, closed, opened

SITE, CHALLENGE = Site.at("https://gof.example"), bytes(32)
DEVICE = Device()
MADE = DEVICE.make(core.to_make(SITE, b"owner", "a@b.example", "A", CHALLENGE, ()))
KNOWN: Made = core.made(SITE, CHALLENGE, MADE)
PROVEN = DEVICE.prove(core.to_prove(SITE, CHALLENGE, (), verified=True))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_wrong_with_an_answer_is_one_refusal(data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from([MADE, PROVEN]))
    found = json.loads(answer)
    part = data.draw(st.sampled_from([*found["response"], "id", "rawId", "type", "response", "whole"]))
    nasty = data.draw(st.text() | st.none() | st.integers() | st.binary(max_size=80).map(lambda one: one.hex()))
    if part == "whole":
        changed = data.draw(st.text() | st.just("[" * 9_000) | st.just("x" * 17_000) | st.just("\ud800"))
    else:
        (found["response"] if part in found["response"] else found)[part] = nasty
        changed = json.dumps(found)
    for judge in (
        lambda: core.made(SITE, CHALLENGE, changed),
        lambda: core.proven(SITE, CHALLENGE, changed, KNOWN, verified=True),
    ):
        with suppress(PasskeyNotGood):
            judge()


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["authenticatorData", "clientDataJSON", "signature"]), st.integers(0, 10_000), st.integers(1, 255)
)
def test_no_octet_of_a_proof_can_be_changed(part: str, place: int, by: int) -> None:
    found = json.loads(PROVEN)
    octets = bytearray(opened(found["response"][part]))
    octets[place % len(octets)] ^= by
    found["response"][part] = closed(bytes(octets))
    with pytest.raises(PasskeyNotGood):
        core.proven(SITE, CHALLENGE, json.dumps(found), KNOWN, verified=True)
