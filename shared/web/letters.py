"""A letter shown inside a page: its own inline styles, and nothing else of the page's rights."""

from starlette.responses import HTMLResponse


def letter(html: str) -> HTMLResponse:
    """A letter's HTML for an `<iframe>` of our own pages; no script runs, no link leaves it."""
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
    )
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(html, headers=headers)
