"""The two letters about a new mail address. They name no child, nobody else, and no address."""

from services.notifications.letters.blocks import Block, Buttons, Paragraph
from services.notifications.letters.occasion import Occasion
from services.notifications.letters.tongue import Tongue

Written = tuple[str, list[Block], list[str]]
"""Subject, parts, and what stands at the foot instead of why a family gets letters."""


def write_about_address(_: Tongue, occasion: Occasion) -> Written:
    """To the new address, to be confirmed there; or to the old one, so that it is no surprise."""
    if occasion.notice.kind == "address_confirm":
        return _confirm(_, occasion)
    return _told(_, occasion)


def _confirm(_: Tongue, occasion: Occasion) -> Written:
    school = occasion.school
    blocks: list[Block] = [
        Paragraph(_("Somebody asked %(school)s to send its letters here.", school=school.name)),
        Paragraph(_("Was it you? Then press this button within three days.")),
        Buttons(((_("Yes, write to me here"), occasion.answer_url),)),
        Paragraph(_("Was it not you? Then do nothing. We will not send letters here.")),
    ]
    foot = _("You get this letter because somebody gave us this address: %(school)s, %(district)s.",
             school=school.name, district=school.district)  # fmt: skip
    return _("Please confirm this address"), blocks, [foot]


def _told(_: Tongue, occasion: Occasion) -> Written:
    blocks: list[Block] = [
        Paragraph(_("Somebody who had a letter from us asked for a change. "
                    "Our letters should go to another address.")),
        Paragraph(_("To keep it private, this letter does not say which one.")),
        Paragraph(_("Was it you, or somebody who reads this address with you? "
                    "Then you do not need to do anything.")),
        Paragraph(_("Was it not you? Then stop it here, or call the school.")),
        Buttons(((_("Look at it and stop it"), occasion.choices_url),)),
    ]  # fmt: skip
    return _("Your letters should go to another address"), blocks, []
