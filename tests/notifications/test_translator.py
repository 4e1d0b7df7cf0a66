"""The translation server is asked with care: in its codes, not for long, not again and again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from services.notifications.domain.translation import mask
from services.notifications.translator import (
    LANGUAGES_HOLD,
    MOST_BYTES,
    REST,
    KeyNotAccepted,
    Translator,
)
from shared.clock import SetClock
from shared.errors import DependencyDown, Refused
from tests.notifications.libre import Libre, serving


@pytest.fixture
async def libre() -> AsyncIterator[Libre]:
    async with serving(Libre()) as found:
        yield found


async def test_it_is_asked_in_its_own_codes_with_the_key_and_for_its_languages_once_an_hour(
    libre: Libre, clock: SetClock
) -> None:
    translator = Translator(f"{libre.url}/", clock, "the-key")
    assert await translator.speaks("en", "zh")
    assert not await translator.speaks("en", "so")
    assert await translator.translate("Hello", "en", "zh") == "[zh-Hans] Hello"
    assert libre.heard == [
        {"q": "Hello", "source": "en", "target": "zh-Hans", "format": "text", "api_key": "the-key"}
    ]
    assert libre.asked_languages == 1
    libre.targets = ["es"]
    clock.move(LANGUAGES_HOLD)
    with pytest.raises(Refused, match="does not translate"):
        await translator.translate("Hello", "en", "zh")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse({"error": "zz is not supported"}, 400), Refused),
        (JSONResponse({"error": "Too many request limits violations"}, 403), DependencyDown),
        (JSONResponse({"error": "Slowdown: 4 per 1 minute"}, 429), DependencyDown),
        (JSONResponse({"error": "The server encountered an internal error"}, 500), DependencyDown),
        (PlainTextResponse("<html>", 200), DependencyDown),
        (JSONResponse({"translatedText": None}), DependencyDown),
        (JSONResponse(["Hola"]), DependencyDown),
        (PlainTextResponse("x" * (MOST_BYTES + 1)), DependencyDown),
        (Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"}), DependencyDown),
    ],
)
async def test_what_is_no_translation_is_told_apart_from_what_never_will_be(
    libre: Libre, clock: SetClock, answer: Response, error: type[Exception]
) -> None:
    libre.answer = answer
    with pytest.raises(error):
        await Translator(libre.url, clock).translate("Hello", "en", "es")


@pytest.mark.parametrize("ours", ["", "another"])
async def test_a_key_that_is_missing_or_wrong_is_no_fault_of_the_words_and_is_named_in_the_log(
    libre: Libre, clock: SetClock, ours: str
) -> None:
    libre.key = "the-key"
    with pytest.raises(DependencyDown, match=KeyNotAccepted.__name__):
        await Translator(libre.url, clock, ours).translate("Hello", "en", "es")
    assert await Translator(libre.url, clock, "the-key").translate("Hello", "en", "es")


async def test_a_text_that_is_too_long_for_the_server_is_refused_for_good(
    libre: Libre, clock: SetClock
) -> None:
    libre.most = 5
    translator = Translator(libre.url, clock)
    assert await translator.translate("Hello", "en", "es") == "[es] Hello"
    with pytest.raises(Refused, match="400"):
        await translator.translate("Hello!", "en", "es")


@pytest.mark.parametrize("words", ["شكرا Maya", "谢谢 Maya", "Maya"])
async def test_a_script_without_capitals_is_not_answered_in_capitals(
    libre: Libre, clock: SetClock, words: str
) -> None:
    masked = mask(words, ["Maya"])
    assert masked is not None
    libre.says = lambda ask: f"Thanks to {ask['q'].split()[-1]}"
    said = await Translator(libre.url, clock).translate(masked.text, "ar", "en")
    assert masked.filled(said) == "Thanks to Maya"


@pytest.mark.parametrize(
    ("offered", "asked"), [(["en", "pt", "pt-BR"], "pt-BR"), (["en", "pt"], "pt")]
)
async def test_portuguese_is_that_of_brazil_where_the_server_has_it(
    libre: Libre, clock: SetClock, offered: list[str], asked: str
) -> None:
    libre.targets = offered
    assert await Translator(libre.url, clock).translate("Hello", "en", "pt") == f"[{asked}] Hello"


async def test_one_that_is_slow_or_gone_is_left_alone_for_a_while(
    libre: Libre, clock: SetClock
) -> None:
    translator = Translator(libre.url, clock, timeout_seconds=0.3)
    libre.takes = 1.0
    for _ in range(3):
        with pytest.raises(DependencyDown):
            await translator.translate("Hello", "en", "es")
    libre.takes = 0.0
    with pytest.raises(DependencyDown):
        await translator.translate("Hello", "en", "es")
    assert len(libre.heard) == 3
    clock.move(REST + timedelta(seconds=1))
    assert await translator.translate("Hello", "en", "es") == "[es] Hello"
    with pytest.raises(DependencyDown):
        await Translator("http://127.0.0.1:1", clock).speaks("en", "es")
