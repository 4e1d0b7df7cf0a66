"""What a person wrote in an answer, apart from what their program added."""

import time
from email.message import EmailMessage

import pytest

from services.notifications.domain.replies import asks_to_stop
from services.notifications.domain.returned import OwnWords
from services.notifications.returns.own_words import LONGEST_WHOLE, LONGEST_WORDS
from services.notifications.returns.reading import read
from tests.notifications.returns.others import mails, read_file

US = "<bounces+mfzxg2dfnzswy3dpo5xxe3de@mail.schools.example>"
OWN = "Thank you!\n\nMaya wrote this at 10:00:\nI am proud."


def written(plain: str = "", page: str = "", *files: tuple[str, str, str]) -> OwnWords:
    """What is read of a mail with these words, and files of a kind, a name and an id within it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ana <ana@family.example>", US, "Re: Good news"
    if plain:
        mail.set_content(plain)
    if page:
        add = mail.add_alternative if plain else mail.set_content
        add(page, subtype="html")
    for kind, name, within in files:
        main, sub = kind.split("/")
        mail.add_attachment(b"x", maintype=main, subtype=sub, filename=name)
        if within:
            part = list(mail.iter_attachments())[-1]
            part["Content-ID"] = within
            part.replace_header("Content-Disposition", "inline")
    read_mail = read(mail.as_bytes())
    assert read_mail.kind == "reply"
    assert read_mail.words is not None
    return read_mail.words


@pytest.mark.parametrize(
    "head",
    [
        f"On Tue, Nov 24, 2026 at 10:00 AM Ms. Rivera, Maple Elementary\n{US} wrote:",
        "On Nov 24, 2026, at 10:00 AM, Ms. Rivera wrote:",
        f"El mar, 24 nov 2026 a las 10:00, Ms. Rivera ({US}) escribió:",
        "El 24 nov 2026, a las 10:00, Ms. Rivera escribió:",
        f"Le mar. 24 nov. 2026 à 10:00, Ms. Rivera {US} a écrit :",
        f"Em ter., 24 de nov. de 2026 às 10:00, Ms. Rivera {US} escreveu:",
        f"вт, 24 нояб. 2026 г. в 10:00, Ms. Rivera {US}:",
        "24 нояб. 2026 г., в 10:00, Ms. Rivera написал(а):",
        f"вт, 24 лист. 2026 р. о 10:00 Ms. Rivera {US} пише:",
        f"Vào Th 3, 24 thg 11, 2026 vào lúc 10:00 Ms. Rivera\n{US}\nđã viết:",
        f"في الثلاثاء، ٢٤ نوفمبر ٢٠٢٦ في ١٠:٠٠ ص تمت كتابة ما يلي بواسطة Ms. Rivera {US}:",
        f"Ms. Rivera {US} 于2026年11月24日周二 10:00写道：",
        "在 2026年11月24日，10:00，Ms. Rivera 写道：",
        f"Noong Mar, Nob 24, 2026 nang 10:00 AM, isinulat ni Ms. Rivera {US} ang:",
        f"Nan madi 24 nov. 2026 a 10:00, Ms. Rivera {US} ekri:",
        f"Talaado, Nof 24, 2026 10:00, Ms. Rivera {US} ayaa qoray:",
        "-----Mensaje original-----\nDe: Ms. Rivera\nEnviado: martes",
        "________________________________\nDe : Ms. Rivera\nEnvoyé : mardi 24",
        "发件人： Ms. Rivera\n发送时间： 2026年11月24日\n收件人： Ana",
        "*From:* Ms. Rivera\n*Sent:* Tuesday\n*To:* Ana",
        "От: Ms. Rivera\nДата: вторник",
        "Від: Ms. Rivera\nНадіслано: вівторок",
        "من: Ms. Rivera\nالتاريخ: الثلاثاء",
    ],
)
@pytest.mark.parametrize("end", ["", "\nSent from my iPhone\n", "\n-- \nAna\n5 Elm Street\n"])
def test_what_is_quoted_is_cut_in_each_language_and_words_like_it_stay(head: str, end: str) -> None:
    words = written(f"{OWN}\n{end}\n{head}\n\nGood news from school!\nDear Ana,\n")
    assert words.text == OWN
    assert "Good news from school!" in words.whole


def test_an_answer_between_the_lines_and_below_them_stays() -> None:
    words = written(f"On 24 Nov Ms. Rivera {US} wrote:\n> Can you come?\nYes.\n> When?\nAt 5.\n")
    assert words.text == "Yes.\nAt 5."


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_quote">El 24:<blockquote>Good news<div>x</div></blockquote></div>',
        "<blockquote type='cite'><blockquote>older</blockquote>Good news</blockquote>",
        '<hr><div id="divRplyFwdMsg"><b>De:</b> Ms. Rivera</div><div>Good news</div>',
        '<div class="yahoo_quoted"><div>Good news</div></div>',
        "<br>On Nov 24, 2026, at 10:00, Ms. Rivera wrote:<br>Good news",
    ],
)
def test_a_page_becomes_plain_words_without_what_is_quoted_or_hidden(quoted: str) -> None:
    page = (
        "<html><head><title>x</title><style>p{color:red}</style></head><body><p>¡Gracias &amp;\n"
        f"<b>mucho</b>&nbsp;cariño!<br>Ana</p><script>alert(1)</script>{quoted}</body></html>"
    )
    assert written(page=page).text == "¡Gracias & mucho cariño!\nAna"


def test_files_are_counted_and_pictures_of_the_page_and_seals_are_not() -> None:
    words = written(
        "Here it is.", "<p>Here it is.</p>",
        ("image/jpeg", "photo.jpg", ""), ("text/plain", "notes.txt", ""),
        ("image/png", "logo.png", "<logo@x>"), ("application/pgp-signature", "s.asc", ""),
    )  # fmt: skip
    assert (words.text, words.files) == ("Here it is.", 2)


def test_nothing_of_their_own_is_nothing_and_too_much_is_shortened() -> None:
    assert written(f"\n\nOn 24 Nov Ms. Rivera {US} wrote:\n\nGood news").text == ""
    long = written("word " * 10_000)
    assert long.shortened
    assert len(long.text) <= LONGEST_WORDS
    assert len(long.whole) <= LONGEST_WHOLE


def test_mail_made_to_keep_us_busy_is_read_in_a_moment() -> None:
    bad = ("<" * 200_000, "<a " * 60_000, '<a b="' * 40_000, "<div>" * 40_000, "On 1 a@b " * 20_000,
           "<blockquote>" * 20_000, "From: x\n" * 20_000, "a@" * 80_000)  # fmt: skip
    began = time.perf_counter()
    for each in bad:
        for kind in ("plain", "html"):
            head = f"From: a@b.example\nContent-Type: text/{kind}\n\n"
            read(f"{head}{each}".encode())
    assert time.perf_counter() - began < 8


def test_real_mail_of_others_is_read_within_its_bounds() -> None:
    read_mails = [read_file(path) for path in mails("mikel-mail")]
    answers = [each.words for each in read_mails if each.kind == "reply"]
    assert len(answers) > 10
    for words in answers:
        assert words is not None
        assert len(words.text) <= LONGEST_WORDS
        assert not any(line.startswith(">") for line in words.text.split("\n"))


@pytest.mark.parametrize(
    "word",
    ["STOP", "Stop.", " stop!\n", "ALTO", "توقف", "停止", "退订", "Dừng", "Parar", "Стоп", "Arrêt",
     "Kanpe", "Jooji", "Відписатися", "Itigil", "“unsubscribe”"],
)  # fmt: skip
def test_one_word_stops_letters_in_each_language(word: str) -> None:
    assert asks_to_stop(word)


@pytest.mark.parametrize("words", ["", "Stop by the office?", "We can't stop smiling", "Cancel"])
def test_other_words_stop_nothing(words: str) -> None:
    assert not asks_to_stop(words)
