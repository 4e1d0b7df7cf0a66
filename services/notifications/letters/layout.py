"""Lays a letter out: as plain text, and as HTML that works with images off and in dark mode."""

import textwrap
from functools import cache
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.letters.blocks import (
    Block,
    Buttons,
    Facts,
    Headline,
    Letter,
    Paragraph,
    Rule,
    Typed,
)
from services.notifications.letters.tongue import right_to_left

TEMPLATES = Path(__file__).parent.parent / "templates" / "letters"
_RIGHT_TO_LEFT_MARK = "\u200f"
_RULE = "* * *"
_LINE = "- - -"


def as_html(letter: Letter) -> str:
    """The whole HTML document, its styles written into the elements."""
    page = letter_environment().get_template("letter.html").render(letter=letter)
    return _inliner().inline(page)


def as_text(letter: Letter) -> str:
    """The same words as plain text, English below a translation that nobody has reviewed."""
    english = letter.english
    if english is None:
        return _turned(letter, f"{_said(letter)}\n\n{_foot(letter)}") + "\n"
    parts = [
        f"{_turned(letter, letter.unreviewed)}\n{english.unreviewed}",
        _turned(letter, _said(letter)),
        _RULE,
        _said(english),
        _turned(letter, _foot(letter)),
        _foot(english, mark=""),
    ]
    return "\n\n".join(parts) + "\n"


def _said(letter: Letter) -> str:
    parts = [letter.interpreter, letter.greeting, *map(_block, letter.blocks)]
    parts.append("\n".join(letter.closing[:2]))
    parts.extend(letter.closing[2:])
    return "\n\n".join(part for part in parts if part)


def _foot(letter: Letter, mark: str = "-- \n") -> str:
    # Mail programs take what follows this mark for a signature, and may fold it away.
    links = (each for each in (letter.page, letter.stop, letter.choices) if each)
    below = "".join(f"\n\n{words}:\n{url}" for words, url in links)
    lines = "\n".join(letter.footer)
    return f"{mark}{lines}{below}"


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return block.text
        case Headline():
            return f"* {block.text} *"
        case Facts():
            return "\n".join(f"{label}: {value}" for label, value in block.rows)
        case Buttons():
            return "\n".join(f"{label}:\n{url}" for label, url in block.links)
        case Typed():
            return _typed(block)
        case Rule():
            return _LINE


def _typed(block: Typed) -> str:
    # Not wrapped: screens differ, and a program that reads plain text wraps lines itself.
    quoted = textwrap.indent(block.words.replace("\r\n", "\n"), "    ")
    note = f"\n\n({block.note})" if block.note else ""
    if not block.translated:
        return f"{block.lead}\n\n{quoted}{note}"
    ours = "\n\n".join(block.translated_paragraphs)
    return f"{block.lead}\n\n{ours}\n\n({block.by_machine})\n\n{quoted}{note}"


def _turned(letter: Letter, text: str) -> str:
    return _marked(text) if letter.direction == "rtl" else text


def _marked(text: str) -> str:
    # Programs decide the direction of a plain line by its first letter; a name may be Latin.
    # Lines that hold nothing but a link or words of the other direction stay as they are.
    return "\n".join(
        _RIGHT_TO_LEFT_MARK + line if line and _is_ours(line) else line for line in text.split("\n")
    )


def _is_ours(line: str) -> bool:
    return not line.startswith(("http", "    ", "-- "))


@cache
def letter_environment() -> Environment:
    """Finds the templates of letters, and knows their blocks apart."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests.update(
        paragraph=lambda block: isinstance(block, Paragraph),
        headline=lambda block: isinstance(block, Headline),
        facts=lambda block: isinstance(block, Facts),
        buttons=lambda block: isinstance(block, Buttons),
        typed=lambda block: isinstance(block, Typed),
        rule=lambda block: isinstance(block, Rule),
    )
    environment.filters["direction"] = lambda language: "rtl" if right_to_left(language) else "ltr"
    return environment


@cache
def _inliner() -> CSSInliner:
    # Remote style sheets stay unread: a letter must not make this server fetch addresses.
    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
