"""From what a mail system said to a status and a cause. Words count more than codes: many systems
send 5.1.1 for a full mailbox, and 550 for everything.
"""

import re

from services.notifications.domain.returned import Cause

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?:^|[\s:;\"'(\[<,#])([45][0-5]\d)(?=[\s\-:;,.)\]\"'#]|$)", re.MULTILINE)

_NO = r"(?:not|n['\u2019]?t|never)"
_SAID: tuple[tuple[Cause, tuple[str, ...]], ...] = (
    # Answers that name the address and are plain, whatever else stands around them.
    ("no_mailbox", (
        r"account or domain may not exist", r"recip(?:ient)?notfound", r"answer=6596",
        r"email account that you tried to reach does not",
    )),
    # What is about us, the sender, comes before the rest: such answers name addresses, too.
    ("blocked", (
        r"\bsender (?:address )?(?:was )?(?:rejected|denied|verif)", r"\bdomain of sender",
        r"black ?list", r"block(?:ed|list)\b.{0,40}\b(?:list|rbl|abuse|ip\b|using|ldap)",
        r"\b(?:rbl|dnsbl|spf|dkim|dmarc)\b", r"\bspam\b", r"\bvirus\b", r"\bube\b",
        r"spamhaus|spamcop|barracuda|senderscore|proofpoint", r"unsolicited", r"banned",
        r"reverse dns", r"\bptr\b", r"(?:ip|client|server).{0,30}reputation", r"malware",
        r"rejected (?:for|due to|because of) (?:polic|\S+ (?:dmarc|polic)|content)",
        r"\bpolicy (?:reason|violation|rejection)", r"phishing", r"suspicious",
        r"(?:local|protocol|security) (?:policy )?violation", r"prohibited",
        r"unauthenticated", r"smtp auth", r"authentication (?:information|required|check)",
        r"not authori[sz]ed", r"relay(?:ing)? (?:access )?(?:denied|not)", r"\bno relaying",
        r"unable to relay", r"(?:message|mail|content) (?:was )?(?:filtered|rejected)\b",
        r"client host rejected", r"access denied", r"domain is invalid", r"bad reputation",
        r"mismatches client ip", r"not accepting mail from", r"multiple addresses",
        r"recipient preferences", r"host network not allowed", r"no access from",
        r"remote server does not support tls", r"header error", r"address is not verified",
        r"awaits moderator", r"you cannot send", r"from: header", r"from mail server",
        r"too many recipients", r"frequency limited", r"sent to too many",
        r"purported responsible", r"does not exist e2110",
    )),
    ("full", (
        (r"(?:mail ?box|mail ?folder|inbox|account|user|quota).{0,40}"
        r"\b(?:full\b|over ?quota|exceed)"),
        r"(?:exceed|over|out of|insufficient).{0,40}\b(?:quota|storage)", r"over ?quota",
        r"quota (?:violation|exceeded)", r"too much mail", r"exceeded the local limit",
        r"disk quota", r"storage limit", r"not enough (?:disk |storage )?space",
    )),
    ("too_big", (r"(?:message|size).{0,30}(?:too (?:large|big)|exceeds)", r"sizelimit")),
    ("disabled", (
        (r"(?:account|mail ?box|user|recipient)\S*(?: \S+){0,6}? (?:is |been |temporar\w+ )?"
        r"(?:disabled|inactive|suspended|frozen|locked|blocked|discontinued|deactivated|"
        r"expired|closed)"),
        r"disabled recipient", r"not been collected",
    )),
    ("busy", (
        r"receiving mail at a rate", r"try again later", r"grey ?list", r"throttl",
        r"temporar(?:y|ily) (?:failure|deferred|unavailable|rejected)", r"rate limit",
        r"resources temporarily", r"service (?:currently )?unavailable", r"connection rate",
        r"unavailable or busy", r"insufficient disk", r"too many (?:connection|concurrent)",
    )),
    ("takes_no_mail", (
        r"null ?mx", r"no smtp service", rf"do(?:es)?{_NO} (?:accept|receive) (?:e?-?mail)",
        r"does not (?:accept|receive) (?:e?-?mail)", r"no mx record",
        r"couldn'?t find a mail exchanger",
    )),
    ("no_domain", (
        (r"(?:host|domain)(?: name)?(?: \S+){0,3}? "
        r"(?:unknown|not found|does(?:n't| not) exist|could not be found)"),
        r"(?:unknown|no such|non-?existent) (?:mail )?(?:host|domain)", r"nxdomain",
        r"couldn't find any host", r"illegal host", r"domain is not reachable",
        r"bad destination (?:system|mailbox's system)", r"\S+\.\S+ does not exist",
        r"could not find a gateway", r"unroute?able (?:mail )?domain",
        r"mx records point to non-?existent",
    )),
    ("broken", (
        r"system error", r"mailer error", r"transaction failed", r"config error",
        r"no such file", r"pipe to", r"ldap server", r"\bx-unix\b", r"media error",
    )),
    ("moved", (r"no longer on server", r"\bhas moved\b", r"not our user", r"\bmoved to\b")),
    ("no_mailbox", (
        (r"(?:user|recipient|address(?:ee)?|mail ?box|account|alias|name)\b.{0,80}?"
        r"\b(?:unknown|not (?:known|found|exist|listed|recogni[sz]ed|valid|available)"
        r"|does(?:n't| not) exist|invalid|unavailable|inexist\w+|could not be found)"),
        (r"(?:unknown|invalid|illegal|no such|bad|no valid|not a (?:valid|known|registered)|no)"
        r" (?:or illegal )?(?:local )?(?:final delivery )?(?:gateway )?"
        r"(?:user|recipient|address|mail ?box|account|alias|destination|local part|person)"),
        r"(?:doesn't|does not) have an? \S+ account", r"no (?:one|mailbox) here",
        r"no matches to", r"mailbox unavailable", r"no longer valid", r"non recens",
        r"n'existe pas", r"no existe\b", r"does not like recipient", r"is not a valid",
        r"final email delivery point", r"not listed in", r"unroute?able address",
        r"(?:wasn|couldn)['\u2019]t (?:be )?found", r"address not found", r"user by that name",
        r"unbekannt", r"inconnu\b", r"desconocid", r"no longer (?:works|employed|exists)",
    )),
    ("not_reached", (
        r"tim(?:ed|e) ?-?out", r"expired", r"in the queue too long", r"multiple retries",
        r"not (?:be )?reach(?:able|ed)", r"not respond", r"could not deliver for",
        r"not delivered within", r"connect(?:ion)? (?:to|refused|reset)", r"smtp connection",
        r"did not accept our requests to connect", r"too many hops", r"hop count", r"\bloop",
        r"name ?service error", r"name server", r"dns error",
    )),
)  # fmt: skip
_WORDS = tuple((cause, re.compile("|".join(said), re.IGNORECASE)) for cause, said in _SAID)
_BY_STATUS: dict[str, Cause] = {
    "1.0": "no_mailbox", "1.1": "no_mailbox", "1.2": "no_domain", "1.3": "no_mailbox",
    "1.6": "moved", "1.10": "takes_no_mail", "2.1": "disabled", "2.2": "full", "2.3": "too_big",
    "3.4": "too_big", "4.4": "no_domain", "4.6": "not_reached", "4.7": "not_reached",
    "7.27": "blocked",
}  # fmt: skip
_BY_SUBJECT: dict[str, Cause] = {
    "2": "busy", "3": "broken", "4": "not_reached", "5": "broken", "6": "blocked", "7": "blocked",
}  # fmt: skip


def cause_of(said: str, status: str = "") -> Cause:
    """Why, from the words and else from the status."""
    for cause, words in _WORDS:
        if words.search(said):
            return cause
    _, _, rest = status.partition(".")
    return _BY_STATUS.get(rest) or _BY_SUBJECT.get(rest.partition(".")[0]) or "unclear"


def status_of(said: str, field: str = "", *, final: bool = True) -> str:
    """The status as in RFC 3463: the most exact that was said; of the class alone `x.0.0`."""
    known = enhanced(field)
    told = [each for each in enhanced(said) if not each.startswith("2")]
    exact = [each for each in (*reversed(told), *known) if not each.endswith(".0.0")]
    if exact:
        return exact[0]
    replies = _REPLY.findall(said)
    if replies and not known:
        worst = max(each[0] for each in replies) if final else replies[-1][0]
        return f"{worst}.0.0"
    if known:
        return known[0]
    if told:
        return told[-1]
    return "5.0.0" if final else "4.0.0"


def enhanced(text: str) -> list[str]:
    """All status codes of RFC 3463 in a text, in order."""
    return [".".join(each) for each in _ENHANCED.findall(text)]
