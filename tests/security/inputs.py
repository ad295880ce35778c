"""What each act is asked with, where the least input and the id of its thing are not enough to do it."""

from typing import Any

from services.core.ids import write_id
from tests.schema.test_every_mutation import MUTATIONS, least
from tests.security.match_things import OFFERED
from tests.security.round_things import COMPUTATION
from tests.security.world import Things
from tests.services.membership.world import in_days

Given = dict[str, Any]
WORDS = {"language": "en", "title": "Another title", "capacityAreas": ["SKILLS_TRAINING"]}
WHOLE = {
    **WORDS,
    "sectors": [],
    "sdgTargets": [],
    "summary": "",
    "description": "",
    "visibility": "MEMBERS",
}
"""What a practice and a proposal have in common."""
PROPOSED = {**WHOLE, "forms": ["TRAINING"], "workingLanguages": ["en"], "expiresOn": str(in_days(30))}
WEIGHTS = [{"criterion": "CAPACITY_AREAS", "weight": 1.0}]
FILE = "externalId,delegation,side,title,language\n1,ZMB,OFFER,A course,en\n"
IMPORT = {"format": "CSV", "content": FILE, "dryRun": True, "skipBad": False, "asDrafts": True}
INPUTS: dict[str, Given] = {
    "practiceDraft": WHOLE,
    "practiceRevise": {"revision": 1, "title": "Another title"},
    "proposalDraft with a need": {"side": "NEED", **PROPOSED},
    "proposalDraft with an offer": {"side": "OFFER", **PROPOSED},
    "proposalPost with a need": {"side": "NEED", **PROPOSED},
    "proposalPost with an offer": {"side": "OFFER", **PROPOSED},
    "proposalRevise": {"revision": 1, "title": "Another title"},
    "proposalRenew": {"expiresOn": str(in_days(60))},
    "expressionOfInterestAsk": {"text": "How many?"},
    "expressionOfInterestReply": {"text": "Twelve."},
    "labFound": {**WORDS, "termsOfReference": "We share.", "visibility": "MEMBERS", "parties": []},
    "labRevise": {"revision": 1, "title": "Another title"},
    "labMilestoneRevise": {"revision": 1, "title": "Another title"},
    "labMilestoneReach": {"evidence": "The map."},
    "labContributionPledge": {"given": {"money": {"amountMinor": "100", "currency": "EUR"}}},
    "labOutputDeliver": {"kind": "COURSE", "language": "en", "title": "A course"},
    "translationSuggest": {"language": "ru", "title": "Учить"},
    "translationConfirm": {"language": "fr"},
    "translationRemove": {"language": "fr"},
    "matchingWeightsPropose": {
        "need": WEIGHTS,
        "offer": WEIGHTS,
        "floor": 0.5,
        "strong": 0.7,
        "good": 0.4,
        "note": "Why.",
    },
    **{act: {"other": write_id("proposal", OFFERED)} for act in ("matchSave", "matchDismiss", "matchAccept")},
    "matchDecline": {"other": write_id("proposal", OFFERED), "reason": "Too far."},
    "allocationRoundConfirm": {"computation": write_id("allocation_computation", COMPUTATION)},
    "delegationOpen": {"standing": "INVITED", "reference": "Note 1", "state": "BTN", "names": []},
    "delegationStandingPropose": {"standing": "OBSERVER", "reference": "Note 1"},
    "delegationStandingDecide": {"accept": False, "reason": "It is said so."},
    "delegationInvitationAnswer": {"accept": True, "reference": "Note 1"},
    "groupSettingsPropose": {"voicesNeeded": "ONE", "openDays": 60, "longestOpenDays": 90, "note": "Why."},
    "organisationSponsor": {"name": "Institute", "kind": "UNIVERSITY"},
    "personInvite": {"email": "new@test.example", "name": "New", "role": "VIEWER"},
    "personInvite with a delegation without people": {
        "email": "new@test.example",
        "name": "New",
        "role": "FOCAL_POINT",
    },
    "personGiveRole": {"role": "CONTRIBUTOR"},
    "importRun with proposals": {"kind": "PROPOSALS", **IMPORT},
    "importRun with experience": {"kind": "EXPERIENCE", **IMPORT},
    "recoveryCodesRenew": {"code": "000000"},
    "identityProviderSet": {
        "issuer": "https://login.ministry.example",
        "domains": ["ministry.example"],
        "revision": 1,
        "code": "000000",
    },
    "identityProviderRemove": {"revision": 1, "code": "000000"},
    "sessionRefresh": {"refreshToken": "none"},
    "settingsChange": {"name": "Another name"},
    "apiTokenCreate": {"name": "A program", "scopes": ["READ"], "days": 1},
}
"""By mutation, or by mutation and thing."""
PLACE = {
    "labMilestoneAdd": "lab",
    "labUpdatePost": "lab",
    "labOutputDeliver": "lab",
    "labContributionPledge": "party",
} | {
    "labFound": "expressionOfInterest",
    "expressionOfInterestDraft": "proposal",
    "expressionOfInterestSend": "proposal",
    "personInvite": "delegation",
    "recoveryRequestFor": "person",
    "providerSignInBegin": "delegation",
    "providerSignInFinish": "delegation",
    "focalPointNominate": "person",
    "focalPointHandOver": "successor",
    **dict.fromkeys(("matchSave", "matchDismiss", "matchAccept", "matchDecline", "standingSearchStart"), "proposal"),
}
"""Where the id of the thing goes, if not into ``id``."""


def given(mutation: str, thing: str, things: Things) -> Given:
    """The arguments of an act on a thing."""
    args = MUTATIONS[mutation].args
    arguments: Given = {name: least(name, one.type, mutation) for name, one in args.items()}
    place = PLACE.get(mutation, "id")
    if "input" in arguments:
        arguments["input"] |= INPUTS.get(f"{mutation} with {thing}", INPUTS.get(mutation, {}))
    if thing in things:
        target = arguments if place in arguments else arguments["input"]
        target[place] = write_id(*things[thing])
    return arguments
