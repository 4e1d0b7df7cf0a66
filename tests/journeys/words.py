"""Words that no other letter has, so that a letter can be told from every other."""

import uuid


def good_news(of: str = "read a whole book aloud") -> str:
    """One good sentence about a child."""
    return f"Your child {of} today. ({uuid.uuid4().hex[:8]})"
