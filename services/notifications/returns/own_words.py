"""The own words of a person who answered a letter: without what they quote, signature and files.

Mail programs put what is quoted below a line of their own, in the language of the phone. A line
with an address and a date that ends in a colon is such a line in any language; the others are
known by their words. In doubt a line stays, and the whole text is kept beside it.
"""

import html
import re
from collections.abc import Iterator, Sequence
from email.message import Message

from services.notifications.domain.returned import OwnWords
from services.notifications.returns.opening import LONGEST_TEXT, Opened, body, leaves

LONGEST_WORDS = 4_000
"""Characters of an answer that are passed on."""
LONGEST_WHOLE = 20_000
_HEAD_LINES = 4
"""Over so many lines programs break the line above what they quote."""
_LONGEST_HEAD = 400

_ADDRESS = re.compile(r"[^\s<>()\[\]]{1,80}@[^\s<>()\[\]]{2,120}")
_WROTE = re.compile(
    r"(?i)(?:\bwrote|\bescribi[óo]|\ba [ée]crit|\bescreveu|đã viết|\bviết|написал(?:\(а\)|а)?|"
    r"пише|писа(?:в|ла|в\(ла\)|ла\(в\))|написа(?:в|ла|в\(-ла\))|كتب(?:ت)?|写道|寫道|写到|撰写|"
    r"\bsumulat|\bisinulat|\bekri|\bqoray|\bschrieb)"
)
_BEGINS = re.compile(
    r"(?i)^(?:on|el|le|em|no dia|vào|lúc|noong|nan|sou|am|в|у|от|від|في|بتاريخ|在|於|于)\b|"
    r"^\d|^\w{2,4}[.,]"
)
_TIME = re.compile(r"\d{1,2}\s?[:.h點点时時]\s?\d{2}|\d{4}")
_BANNER = re.compile(
    r"(?i)^[\s>*_-]*(?:original message|mensaje original|message (?:d['’]origine|original)|"
    r"mensagem original|исходное сообщение|пересылаемое сообщение|оригінальне повідомлення|"
    r"thư gốc|tin nhắn gốc|الرسالة الأصلية|رسالة أصلية|原始邮件|原始郵件|原邮件|"
    r"orihinal na mensahe|forwarded message|"
    r"begin forwarded message|mensaje reenviado|message transféré)[\s:_-]*$"
)
_FROM = re.compile(
    r"(?i)^[\s>*]*(?:from|de|von|da|от|від|từ|من|发件人|寄件者|寄件人|mula(?: kay)?|soti nan|ka)\*?"
    r"\s?[:：]\*?\s?\S"
)
_SENT = re.compile(
    r"(?i)^[\s>*]*(?:sent|date|enviad[oa](?: el| em)?|fecha|envoyé(?: le)?|data|gesendet|"
    r"отправлено|дата|надіслано|đã gửi|ngày|gửi|التاريخ|تاريخ|تم الإرسال|أُرسلت|发送时间|日期|"
    r"寄件日期|傳送時間|petsa|ipinadala|voye|dat)\*?\s?[:：]"
)
_RULE = re.compile(r"^\s*_{10,}\s*$")
_SIGNATURE = re.compile(r"^--\s?$")
_PHONE = re.compile(
    r"(?i)^\W*(?:sent (?:from|via|with)|get outlook|enviado (?:desde|do|a partir|con)|"
    r"obtener outlook|obter o outlook|envoyé (?:de|depuis|à partir)|télécharge[rz] outlook|"
    r"отправлено (?:с|из|от)|надіслано (?:з|із)|được gửi từ|gửi từ|ipinadala mula|voye soti|"
    r"أُرسل(?:ت)? من|أرسل(?:ت)? من|تم الإرسال من|发自|從我的|来自我的|yahoo mail|"
    r"von meinem).{0,100}$"
)

_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})((?:[^<>\"']|\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'){0,300})>"
)
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "object", "svg", "select"})
_LINES = frozenset(
    {"br", "p", "div", "tr", "li", "blockquote", "h1", "h2", "h3", "ul", "ol", "table"}
)
_VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "wbr"})
_QUOTED = re.compile(
    r"(?i)(?:gmail_quote|gmail_attr|gmail_signature|yahoo_quoted|moz-cite-prefix|"
    r"protonmail_quote|ms-outlook-mobile-signature|moz-signature|zmail_extra)"
)
_QUOTED_BELOW = re.compile(r"(?i)(?:divrplyfwdmsg|appendonsend|mail-editor-reference-message)")
"""Outlook marks where what it quotes begins, and nothing else of it."""


def own_words(mail: Opened) -> OwnWords:
    """What somebody wrote, and how many files came with it. Never raises; all of it is bounded."""
    plain, pages, files = _parts(mail)
    # Where both are there they say the same; programs mark what they quote better in the page.
    whole = plain if plain.strip() else "\n".join(_shown(page, quoted=True) for page in pages)
    own = _cut(plain.split("\n")) if plain.strip() else ""
    if not own and pages:
        own = _cut("\n".join(_shown(page, quoted=False) for page in pages).split("\n"))
    return OwnWords(
        text=own[:LONGEST_WORDS].rstrip(),
        whole=whole[:LONGEST_WHOLE].strip(),
        shortened=len(own) > LONGEST_WORDS,
        files=files,
    )


def _parts(mail: Opened) -> tuple[str, list[str], int]:
    plain: list[str] = []
    pages: list[str] = []
    files = 0
    for part in leaves(mail.head):
        kind = part.get_content_type()
        if _is_file(part):
            files += _counts(part, kind)
        elif kind == "text/html":
            pages.append(body(part)[: 4 * LONGEST_TEXT])
        elif part.get_content_maintype() in {"text", "multipart"}:
            plain.append(_clean(body(part)))
    return "\n".join(plain)[:LONGEST_TEXT], pages, files


def _is_file(part: Message) -> bool:
    if part.get_content_maintype() not in {"text", "multipart"}:
        return True
    named = part.get_filename() is not None
    return named or part.get_content_disposition() == "attachment"


def _counts(part: Message, kind: str) -> bool:
    """Whether a person sent it: signatures of programs and pictures within the page are not."""
    within = part.get("Content-ID") is not None and part.get_content_disposition() != "attachment"
    signature = kind in {"application/pgp-signature", "application/pkcs7-signature"}
    return not (signature or (within and part.get_content_maintype() == "image"))


def _clean(text: str) -> str:
    # A paragraph may be one long line. Some charsets give halves of letters, which nothing keeps.
    lines = "\n".join(line.rstrip() for line in text[:LONGEST_TEXT].splitlines())
    return lines.encode("utf-8", "replace").decode()


# --- pages as text --------------------------------------------------------------------------------


def _shown(page: str, *, quoted: bool) -> str:
    """The words of a page; without what its program marked as quoted, unless that is wanted."""
    pieces: list[str] = []
    hidden: list[str] = []
    end = 0
    for tag in _TAG.finditer(page):
        if not hidden:
            pieces.append(_spaced(page[end : tag.start()]))
        end = tag.end()
        name, closes = tag[2].lower(), bool(tag[1])
        if not quoted and _QUOTED_BELOW.search(tag[3]):
            end = len(page)
            break
        if hidden:
            _follow(hidden, name, closes=closes)
        elif not closes and name not in _VOID and _leads_away(name, tag[3], quoted=quoted):
            hidden.append(name)
        if name in _LINES and not hidden:
            pieces.append("\n")
    if not hidden:
        pieces.append(_spaced(page[end:]))
    return _clean(html.unescape("".join(pieces)).replace("\xa0", " "))


def _follow(hidden: list[str], name: str, *, closes: bool) -> None:
    if name != hidden[0]:
        return
    if closes:
        hidden.pop()
    else:
        hidden.append(name)


def _leads_away(name: str, attributes: str, *, quoted: bool) -> bool:
    if name in _HIDDEN:
        return True
    return not quoted and (name == "blockquote" or bool(_QUOTED.search(attributes)))


def _spaced(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text)


# --- what is quoted -------------------------------------------------------------------------------


def _cut(lines: Sequence[str]) -> str:
    kept = list(_own_lines(lines))
    for place, line in enumerate(kept):
        if _SIGNATURE.match(line):
            kept = kept[:place]
            break
    while kept and (not kept[-1].strip() or _PHONE.match(kept[-1])):
        kept.pop()
    # Programs put empty lines around what is gone now.
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _own_lines(lines: Sequence[str]) -> Iterator[str]:
    place = 0
    while place < len(lines):
        line = lines[place]
        if _begins_copy(lines, place):
            return
        length = _head_of_quote(lines, place)
        if length:
            if not _quotes_next(lines, place + length):
                return
            place += length
            continue
        if not line.lstrip().startswith(">"):
            yield line
        place += 1


def _begins_copy(lines: Sequence[str], place: int) -> bool:
    """Outlook's way: a banner or a rule, or lines that say from whom and when."""
    line = lines[place]
    if len(line) <= _LONGEST_HEAD and _BANNER.match(line):
        return True
    start = place + 1 if _RULE.match(line) else place
    if start >= len(lines) or not _FROM.match(lines[start]):
        return False
    return any(_SENT.match(each) for each in lines[start + 1 : start + 5])


def _head_of_quote(lines: Sequence[str], place: int) -> int:
    """How many lines the head of what is quoted takes, such as "On … wrote:"; 0 where none is."""
    if not lines[place].strip() or lines[place].lstrip().startswith(">"):
        return 0
    joined = ""
    for length, line in enumerate(lines[place : place + _HEAD_LINES], start=1):
        if not line.strip():
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > _LONGEST_HEAD:
            return 0
        if joined.endswith((":", "：")):
            return length if _is_head(joined) else 0
    return 0


def _is_head(line: str) -> bool:
    dated = bool(re.search(r"\d", line))
    if dated and _ADDRESS.search(line):
        return True
    return bool(_WROTE.search(line) and _BEGINS.match(line) and _TIME.search(line))


def _quotes_next(lines: Sequence[str], place: int) -> bool:
    """Whether what follows is marked line by line, so that an answer may stand between or below."""
    following = next((each for each in lines[place:] if each.strip()), "")
    return following.lstrip().startswith(">")
