"""GraphiQL, a page to ask GraphQL from, whole and offline: nothing of it comes from anywhere else.

``examples.graphql`` holds operations that run as they are, ``page.*`` is ours, and ``vendor`` is what others made.
"""
