"""Queries of the tests of labs over GraphQL."""

from typing import Any

from tests.conftest import Ask

FOUND = """mutation ($input: LabFoundInput!) { labFound(input: $input) {
  lab { id status modality modalityReason revision parties { id role status organisation delegation { state { code } } } }
  errors { __typename code message path } } }"""
CONCLUDE = """mutation ($input: LabConcludeInput!) { labConclude(input: $input) {
  lab { status lessons lessonsLanguage practice { status title { text } description { text } delegation { state { code } } } }
  errors { code message path } } }"""
INPUTS = {
    "labActivate": "LabInput",
    "labSuspend": "LabReasonInput",
    "labResume": "LabInput",
    "labPartyConfirm": "LabPartyConfirmInput",
    "labPartyDecline": "LabPartyDeclineInput",
    "labMilestoneAdd": "LabMilestoneAddInput",
    "labMilestoneReach": "LabMilestoneReachInput",
    "labMilestoneMiss": "LabMilestoneReasonInput",
    "labMilestoneDrop": "LabMilestoneReasonInput",
    "labContributionPledge": "LabContributionPledgeInput",
    "labContributionCommit": "LabContributionInput",
    "labContributionDeliver": "LabContributionInput",
    "labContributionWithdraw": "LabContributionInput",
    "labUpdatePost": "LabUpdatePostInput",
    "labOutputDeliver": "LabOutputDeliverInput",
}


async def do(graphql: Ask, who: str, act: str, answer: str, **given: Any) -> Any:
    """Do it as ``who``; return what the payload shows of ``answer``, without errors."""
    query = (
        f"mutation ($input: {INPUTS[act]}!) {{ {act}(input: $input) {{ {answer} errors {{ code message path }} }} }}"
    )
    found = (await graphql(who, query, input=given))["data"][act]
    assert found.pop("errors") == [], found
    [shown] = found.values()
    return shown


def founding(expression: str, **given: Any) -> dict[str, Any]:
    """The least input of labFound."""
    return {
        "expressionOfInterest": expression,
        "language": "en",
        "title": "Soil maps",
        "termsOfReference": "We share what we measure.",
        **given,
    }
