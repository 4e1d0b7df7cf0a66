"""A district is only believable when people are called as they are, in their own script."""

from embedded.sample.names.arabic import ARABIC
from embedded.sample.names.chinese import CHINESE
from embedded.sample.names.culture import Culture, Name, plain
from embedded.sample.names.english import ENGLISH
from embedded.sample.names.somali import SOMALI
from embedded.sample.names.spanish import SPANISH
from embedded.sample.names.ukrainian import UKRAINIAN
from embedded.sample.names.vietnamese import VIETNAMESE

CULTURES: dict[str, Culture] = {
    culture.language: culture
    for culture in (ENGLISH, SPANISH, ARABIC, CHINESE, VIETNAMESE, SOMALI, UKRAINIAN)
}
"""Every culture by the language that its families are written to in."""

__all__ = ["CULTURES", "Culture", "Name", "plain"]
