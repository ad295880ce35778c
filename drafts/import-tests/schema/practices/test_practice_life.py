"""The life of a practice over GraphQL, and who sees it on the way."""

from tests.conftest import Ask

DRAFT = """
mutation Draft($input: PracticeDraftInput!) {
  practiceDraft(input: $input) {
    practice { id status revision title { language text isOriginal } delegation { name { text } } viewerCanSubmit }
    errors { __typename code message path }
  }
}
"""
ACT = "mutation ($id: ID!) { %s(input: {id: $id}) { practice { status version } errors { code message path } } }"
SEEN = "query ($id: ID!) { practice(id: $id) { status title { text } } }"


async def test_a_practice_goes_from_draft_to_published_and_is_seen_by_its_audience(graphql: Ask) -> None:
    draft = {
        "language": "fr",
        "title": "Former les enseignants",
        "capacityAreas": ["SKILLS_TRAINING"],
        "sectors": ["11130"],
    }
    made = (await graphql("ZMB contributor", DRAFT, input=draft))["data"]["practiceDraft"]
    assert made["errors"] == []
    practice = made["practice"]
    assert practice["title"] == {"language": "fr", "text": "Former les enseignants", "isOriginal": True}
    assert practice["delegation"]["name"]["text"] == "Zambia"
    assert practice["viewerCanSubmit"] is False
    identity = practice["id"]
    for who in ("public", "secretariat", "FRA focal point"):
        assert (await graphql(who, SEEN, id=identity))["data"] == {"practice": None}

    submitted = await graphql("ZMB focal point", ACT % "practiceSubmit", id=identity)
    assert submitted["data"]["practiceSubmit"]["practice"]["status"] == "IN_REVIEW"
    assert (await graphql("secretariat", SEEN, id=identity))["data"]["practice"]["status"] == "IN_REVIEW"
    assert (await graphql("FRA focal point", SEEN, id=identity))["data"] == {"practice": None}

    published = await graphql("secretariat", ACT % "practicePublish", id=identity)
    assert published["data"]["practicePublish"] == {"practice": {"status": "PUBLISHED", "version": 1}, "errors": []}
    assert (await graphql("public", SEEN, id=identity))["data"]["practice"]["title"]["text"] == "Former les enseignants"
