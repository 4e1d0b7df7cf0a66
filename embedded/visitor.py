"""A browser without a screen: follows links, fills in forms as they stand, keeps cookies.

The sample district is loaded and the tour walks through pages as people do: what works here works
without JavaScript.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

import httpx2

Values = Mapping[str, str | list[str]]


class Unexpected(Exception):
    """The page is not what it should be; the text says what came instead."""


@dataclass
class Form:
    """A form as it stands on a page: where it goes, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects forms, links and visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._open: Form | None = None
        self._select = ""
        self._first_option: str | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "input":
            self._input(given, checked="checked" in given)
        elif tag == "select":
            self._select, self._first_option = given.get("name", ""), None
        elif tag == "option" and self._select:
            self._option(given, selected="selected" in given)
        elif tag == "textarea":
            self._area = (given.get("name", ""), [])

    def _input(self, given: Mapping[str, str], *, checked: bool) -> None:
        kind = given.get("type", "text")
        if self._open is None or not given.get("name") or kind in {"submit", "button", "file"}:
            return
        if kind in {"checkbox", "radio"} and not checked:
            return
        self._open.fields.setdefault(given["name"], []).append(given.get("value", "on"))

    def _option(self, given: Mapping[str, str], *, selected: bool) -> None:
        value = given.get("value", "")
        if self._first_option is None:
            self._first_option = value
        if selected and self._open:
            self._open.fields.setdefault(self._select, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            if self._open and self._select and self._first_option is not None:
                self._open.fields.setdefault(self._select, [self._first_option])
            self._select = ""
        elif tag == "textarea" and self._area:
            name, words = self._area
            if self._open and name:
                self._open.fields[name] = ["".join(words).removeprefix("\n")]
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)
        elif data.strip():
            self.words.append(data.strip())


@dataclass(frozen=True)
class Shown:
    """A page that came."""

    url: str
    status: int
    html: str
    forms: list[Form]
    links: list[str]
    text: str

    def form(self, action_part: str) -> Form:
        """The form whose action contains this; `Unexpected` when there is none."""
        for form in self.forms:
            if action_part in form.action:
                return form
        raise Unexpected(f"no form to {action_part} on {self.url}: {self.text[:300]}")

    def link(self, part: str) -> str:
        """The first link that contains this; `Unexpected` when there is none."""
        for link in self.links:
            if part in link:
                return link
        raise Unexpected(f"no link to {part} on {self.url}: {self.text[:300]}")


class Visitor:
    """One person's browser."""

    def __init__(self, url: str, client: httpx2.Client | None = None) -> None:
        """`url` is the front door."""
        self.url = url.rstrip("/")
        self.client = client or httpx2.Client(timeout=60, follow_redirects=True)

    def __enter__(self) -> Self:
        """Nothing is sent yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.client.close()

    def open(self, path: str, *, expect: int = 200) -> Shown:
        """Go to a path or an address; `Unexpected` for another status than the expected."""
        return self._shown(self.client.get(self._whole(path), headers=_AS_BROWSER), expect)

    def submit(self, page: Shown, action_part: str, values: Values, *, expect: int = 200) -> Shown:
        """Fill in a form of the page and send it; fields that are not named keep their values."""
        form = page.form(action_part)
        return self.send(form, values, page, expect=expect)

    def send(
        self, form: Form, values: Values, page: Shown, *, to: str = "", expect: int = 200
    ) -> Shown:
        """Send a form, to its own action or (as `formaction` does) to another."""
        data = {**form.fields, **values}
        address = self._whole(to or form.action or page.url)
        headers = _AS_BROWSER | {"Origin": self.url}
        if form.method == "get":
            return self._shown(self.client.get(address, params=data, headers=headers), expect)
        return self._shown(self.client.post(address, data=data, headers=headers), expect)

    def sign_in(self, login: str, password: str) -> Shown:
        """Sign in as a member of the staff."""
        page = self.open("/sign-in")
        shown = self.submit(page, "/sign-in", {"login": login, "password": password})
        if shown.url.rstrip("/").endswith("/sign-in"):
            raise Unexpected(f"could not sign in as {login}: {shown.text[:200]}")
        return shown

    def json(self, path: str, **query: str) -> object:
        """JSON of the API, as the person who is signed in."""
        answer = self.client.get(self._whole(path), params=query)
        if answer.is_error:
            raise Unexpected(f"{path}: HTTP {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def _whole(self, path: str) -> str:
        return path if path.startswith("http") else self.url + path

    def _shown(self, answer: httpx2.Response, expect: int) -> Shown:
        if answer.status_code != expect:
            why = f"{answer.request.method} {answer.url.path}: HTTP {answer.status_code}"
            raise Unexpected(f"{why}, expected {expect}: {_text(answer.text)[:500]}")
        reader = _Reader()
        reader.feed(answer.text)
        words = " ".join(reader.words)
        return Shown(
            str(answer.url), answer.status_code, answer.text, reader.forms, reader.links, words
        )


_AS_BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def _text(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    return " ".join(reader.words)
