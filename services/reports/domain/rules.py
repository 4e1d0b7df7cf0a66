"""When a family counts as told, as told good news, and as reached (DESIGN section 3)."""

from shared.messages import ContactLogged, NoticeAccepted, Outcome

ARRIVED: frozenset[Outcome] = frozenset(
    {"reached", "voicemail", "message_left", "sent", "handed_out"}
)
"""Words got to the other side; the other outcomes are attempts, and count as attempts only."""


def told(contact: ContactLogged) -> bool:
    """Whether the family can know what the school wanted to say.

    What a family writes or leaves on the school's machine tells the family nothing.
    """
    if contact.direction == "from_family":
        return contact.outcome == "reached"
    return contact.outcome in ARRIVED


def reached(contact: ContactLogged) -> bool:
    """Whether a person of the family spoke, or, writing or leaving word, answered by themselves."""
    if contact.direction == "from_family":
        return contact.outcome in ARRIVED
    return contact.outcome == "reached"


def marks_of_contact(contact: ContactLogged) -> tuple[str, ...]:
    """What the family's month gains by a contact."""
    marks = []
    if told(contact):
        marks.append("told")
        if contact.tone == "good_news":
            marks.append("good")
    if reached(contact):
        marks.append("reached")
    return tuple(marks)


def marks_of_letter(letter: NoticeAccepted) -> tuple[str, ...]:
    """What the family's month gains by mail that was taken, or by paper that was handed out."""
    return ("told", "good") if letter.good_news else ("told",)


MARK_OF_ANSWER = ("reached",)
"""Yes, no and maybe alike, an answer to a letter, and asking for something: a person spoke."""
