"""Letters about answers by mail: to staff what a family wrote, to the family what became of it.

Those to staff are in English: the directory tells no languages of staff. The family's words stand
there as they were written, below what a machine made of them, marked as such (`_original`).
"""

from services.notifications.domain.notice import FamilyReply, ReplyAnswer
from services.notifications.domain.replies import STAFF_READS
from services.notifications.letters.blocks import Block, Buttons, Facts, Letter, Paragraph, Typed
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.quoting import by_machine
from services.notifications.letters.tongue import Tongue, base_of

_CAUTIONS = {
    "flagged": "A custody or do-not-contact flag stands on this household. This mail went to "
    "nobody else. Look at the flags before anybody answers, and do not pass it on.",
    "changed": "This household has changed since the letter went out. Find out who wrote this "
    "before anybody answers.",
}

_WHY = (
    "You get this mail because you wrote the letter, or because your school chose you to read such "
    "answers."
)


def write_reply_to_staff(_: Tongue, occasion: Occasion, reply: FamilyReply) -> Letter:
    """What somebody answered. The subject names nobody: it shows on locked screens."""
    school = occasion.school.name
    who = (("Household", _.several(reply.names)),) if reply.names else ()
    about = (("About", _.several(reply.children)),) if reply.children else ()
    blocks: list[Block] = [
        Paragraph("A family answered a letter by mail."),
        *([Paragraph(_CAUTIONS[reply.caution])] if reply.caution else []),
        Facts((*who, *about)),
        *_original(_, occasion, reply),
        *(Paragraph(each) for each in _remarks(_, reply)),
        Buttons(_links(occasion, reply)),
        Paragraph("Please do not answer this mail: your answer would not reach the family."),
    ]
    return Letter(
        language=_.language,
        direction="rtl" if _.right_to_left else "ltr",
        subject="A family answered your letter",
        sender=school,
        greeting=_("Dear %(names)s,", names=_.several(occasion.household.greeting)),
        blocks=[each for each in blocks if not (isinstance(each, Facts) and not each.rows)],
        closing=[_("With kind regards,"), school],
        footer=[_WHY],
    )


def _original(_: Tongue, occasion: Occasion, reply: FamilyReply) -> list[Block]:
    if not reply.words:
        return [Paragraph("There were no words of their own in it.")]
    end = "" if reply.whole else "It was longer. The rest is on the page below."
    said = occasion.translations.get((reply.words, _.language), "")
    return [Typed("They wrote:", reply.words, reply.language, end, said, by_machine(_, said))]


def _remarks(_: Tongue, reply: FamilyReply) -> list[str]:
    remarks = []
    if base_of(reply.language) != STAFF_READS:
        remarks.append(f"This family reads {_.name_of(reply.language)}. Do you not? Ask for an "
                       "interpreter to read this, and to answer.")  # fmt: skip
    if reply.files:
        files = "1 attachment was" if reply.files == 1 else f"{reply.files} attachments were"
        remarks.append(f"{files} left out. The family was told so.")
    if reply.from_elsewhere:
        remarks.append("It came from another address than the letter went to. Make sure who wrote "
                       "it before you tell them anything about the child.")  # fmt: skip
    return remarks


def _links(occasion: Occasion, reply: FamilyReply) -> tuple[tuple[str, str], ...]:
    see = ("See this answer", occasion.staff_url)
    if reply.caution or not reply.family_ids:
        return (see,)
    page = f"{occasion.site}/contacts/families/{reply.family_ids[0]}"
    return (("Answer the family", f"{page}/log"), see)


def about_answer(_: Tongue, occasion: Occasion, told: ReplyAnswer) -> tuple[str, list[Block]]:
    """Subject and words of a letter to a household about its answer by mail."""
    if told.says == "no_files":
        return _.plain("About your answer"), [
            Paragraph(_("Thank you for your answer. We passed it on.")),
            Paragraph(_("Something was attached to it. We can't take files by mail, so it was "
                        "left out.")),
            Paragraph(_("Is it important? Please bring it to school, or call and ask what to do.")),
        ]  # fmt: skip
    blocks: list[Block] = [
        Paragraph(_("You asked us to stop. You will get no more letters of this kind.")),
        Paragraph(_("Did you not mean that? You can change it here.")),
        Buttons(((_("Get these letters again"), occasion.stop_url),)),
    ]
    return _.plain("These letters have stopped"), blocks
