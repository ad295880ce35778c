"""The documents that the chain is driven with."""

ACT = """mutation ($input: %(kind)s!) { %(mutation)s(input: $input) { %(fields)s errors { code message path } } }"""
LAB = "id status modality modalityReason parties { role status delegation { state { code } } }"
PARTIES = "query ($id: ID!) { lab(id: $id) { parties { id delegation { state { code } } } } }"
MATCHES = """query ($id: ID!) { proposal(id: $id) { matches(first: 10) { nodes {
  score proposal { id } reasons { code contribution cooperations { title { text } } } } } } }"""
