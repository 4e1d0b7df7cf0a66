"""Families who ask for another mail address, as the pages of that are looked at."""

import re
from collections.abc import Callable

from embedded.visitor import Visitor

LinkInLetter = Callable[[str, str], str]
"""By an address and a part of the link: the link, as soon as the letter is there."""


def ask_for_addresses(
    url: str, ids: dict[str, str], link_in_letter: LinkInLetter, reader: str
) -> None:
    """One family asks for the address of another reader, who confirms it; that reader only asks."""
    link = _ask(url, f"/notifications/choices/{ids['unsubscribe_token']}", reader, link_in_letter)
    ids["confirmed_token"] = link.rpartition("/")[2]
    with Visitor(url) as visitor:
        visitor.submit(visitor.open(link), "/notifications/address/", {})
    page = link_in_letter(reader, "/notifications/choices/")
    link = _ask(url, page, "a.new.one@families.example", link_in_letter)
    ids["address_token"] = link.rpartition("/")[2]


def _ask(url: str, page: str, address: str, link_in_letter: LinkInLetter) -> str:
    with Visitor(url) as family:
        shown = family.open(page)
        whose = re.findall(r'name="whose"[^>]*value="([^"]+)"', shown.html)[:1]
        wanted: dict[str, str | list[str]] = {"address": address}
        family.submit(shown, "/address", {**wanted, **({"whose": whose} if whose else {})})
    return link_in_letter(address, "/notifications/address/")
