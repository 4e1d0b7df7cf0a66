"""A catalog of letters with own words before its sentences: a school's, then the district's."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.notifications.domain.rewording import Edition, Layer, Worded
from services.notifications.letters.catalogs import ORIGINAL, edition_of, plural_of, words_of


@dataclass(frozen=True)
class OwnWords:
    """Which own words hold for a letter, in each language."""

    layers: Mapping[str, tuple[Layer, ...]] = field(default_factory=dict)
    """By language; what goes before stands before."""
    editions: tuple[Edition, ...] = ()

    def catalog(self, language: str) -> gettext.NullTranslations:
        """The words of a language, own words before those that came with Partners."""
        layers = [layer for layer in self.layers.get(language, ()) if layer]
        return _Layered(language, layers) if layers else words_of(language)

    def tried(self, language: str, layer: Layer) -> "OwnWords":
        """The same with words that nobody has saved before all others."""
        layers = {**self.layers, language: (layer, *self.layers.get(language, ()))}
        return replace(self, layers=layers)

    def said_in(self, language: str, *, english_below: bool) -> Worded:
        """The wording of a letter in a language, for the record."""
        languages = {language, ORIGINAL} if english_below else {language}
        own = tuple(each for each in self.editions if each.language in languages)
        return Worded(catalog=edition_of(language), editions=own)


AS_DELIVERED = OwnWords()
"""Every sentence as it came with Partners."""


class _Layered(gettext.NullTranslations):
    """Looks into the layers first. Words are compared as a whole: there is no other fallback."""

    def __init__(self, language: str, layers: list[Layer]) -> None:
        super().__init__()
        self._layers = layers
        self._language = language
        self._delivered = words_of(language)

    def gettext(self, message: str) -> str:
        """The sentence in this language."""
        own = self._own((message,))
        return own[0] if own else self._delivered.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form of the sentence for this number."""
        own = self._own((msgid1, msgid2))
        if own is None:
            return self._delivered.ngettext(msgid1, msgid2, n)
        return own[min(plural_of(self._language)(n), len(own) - 1)]

    def _own(self, english: tuple[str, ...]) -> tuple[str, ...] | None:
        return next((layer[english] for layer in self._layers if english in layer), None)
