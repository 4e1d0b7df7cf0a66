"""HTML on standard input, a tagged PDF (PDF/UA-1) on standard output: a program of its own.

Rendering keeps a processor busy for seconds and takes a lot of memory, so that it runs beside the
service (`press.py`) and ends with its PDF. It fetches nothing: the document brings all that is in
it, and no address in a letter may make this machine ask another.
"""

import sys
from typing import Any

_SPEAKING = {"section": "/Sect", "article": "/Art"}
"""Elements that may be in another language than the document, and their tags in a PDF."""


def render(html: str) -> bytes:
    """The document as PDF. Takes about 0.1 s for a letter."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=("data",))
    document = HTML(string=html, url_fetcher=nothing)
    pdf = document.write_pdf(pdf_variant="pdf/ua-1", finisher=_say_languages)
    assert pdf is not None
    return bytes(pdf)


def _say_languages(document: Any, pdf: Any) -> None:
    """Write the language of each letter into its tag, which WeasyPrint does for the whole alone.

    Tags stand in the order of their boxes, and none of these elements holds another of its kind.
    """
    import pydyf

    for element, tag in _SPEAKING.items():
        languages = [
            box.element.get("lang")
            for page in document.pages
            for box in page._page_box.descendants()  # noqa: SLF001 - there is no other way
            if box.element is not None and box.element_tag == element
        ]
        tagged = [each for each in pdf.objects if isinstance(each, dict) and each.get("S") == tag]
        if len(tagged) != len(languages):
            raise ValueError(f"{len(languages)} boxes of {element} have {len(tagged)} tags")
        for each, language in zip(tagged, languages, strict=True):
            if language:
                each["Lang"] = pydyf.String(language)


if __name__ == "__main__":
    sys.stdout.buffer.write(render(sys.stdin.buffer.read().decode()))
