"""Why a letter waits or was not sent, in the plain words that people read on the pages.

Each is a whole sentence without parameters, so that a page can translate it; the moment until which
a letter waits stands beside it.
"""

from shared.i18n import N_

TAKE_BACK = N_("It waits for a while, so that the sender can take it back.")
REMINDER = N_("It waits for the day on which families are reminded.")
READY = N_("It is ready and leaves in a moment.")
QUIET_START = N_("This school does not send mail to families yet. Families get nothing.")
QUIET_START_STAFF = N_("This school does not send mail yet.")
QUIET_HOURS = N_("It waits for the end of the quiet hours.")
SCHOOL_DAY = N_("It waits for the next school day.")
FLAGS_NOT_FRESH = N_("It waits until we know the newest custody and contact flags.")
BUDGET = N_(
    "This address has had its routine letters for the week. What waits for it comes in one letter "
    "when there is room."
)
WANTS_GATHERED = N_("The family wants letters of this kind together, in one letter a week.")
TOGETHER = N_("It is in one letter with others, which is being handed to the mail service.")
TOGETHER_ACCEPTED = N_("It was handed to the mail service in one letter with others.")
TOGETHER_UNCLEAR = N_("It is in one letter with others, which may have arrived or not.")
CARRIES = N_("It brings several letters in one.")
TRANSLATING = N_("A machine translates its words. It leaves within ten minutes, with or without.")
MAIL_SERVICE_BUSY = N_("The mail service asked us to try again later.")
MAIL_SERVICE_DOWN = N_("The mail service did not answer. It is tried again by itself.")
DOMAIN_LIMIT = N_(
    "The mail service of this address takes only so many letters at a time. It leaves when there "
    "is room."
)
DAILY_LIMIT = N_(
    "The district's mail service takes only so many letters a day. It leaves when there is room."
)
TAKEN_UP_AGAIN = N_("It was taken up again after an interruption.")
LEAVING = N_("It is being handed to the mail service.")

TO_PRINT = N_("Mail does not reach this household. It waits to be printed for the backpack.")
PRINTED = N_("It is printed and waits to be handed out.")
HANDED_OUT = N_("It was handed out on paper.")
NOT_HANDED_OUT = N_("It was marked as handed out by mistake.")
NEVER_HANDED_OUT = N_("It was not handed out on paper while it was of use.")
TWO_HOMES = N_(
    "The child has two homes with different languages, so a letter in the backpack may reach the "
    "wrong one."
)

ACCEPTED = N_("It was handed to the mail service.")
MAY_NOT_HAVE_ARRIVED = N_(
    "The line broke while it was handed over. It may have arrived or not, so it is not sent again "
    "by itself."
)

NO_ADDRESS = N_("We have no mail address for this household.")
UNUSABLE_ADDRESS = N_("The mail address can't be used as it is written.")
FLAGGED = N_("A custody or do-not-contact flag stands on this household.")
HOUSEHOLD_GONE = N_(
    "This household no longer exists. The family's current households are written to."
)
NOBODY_GETS_MAIL = N_("Nobody in this household is set to get mail.")
NOT_ALL_MAY_HEAR = N_("Not everybody who reads this address may hear about this child.")
PAUSED = N_("The family asked us for a pause. It waits until the pause is over.")
PAUSED_TOO_LONG = N_("The family asked us for a pause, and after it this letter is of no use.")
UNSUBSCRIBED = N_("The family asked us to stop letters of this kind.")
SUPPRESSED_ADDRESS = N_("Mail to this address came back before, so we no longer write to it.")
REFUSED = N_("The mail service of this address refused it for good.")
REFUSED_FOR_NOW = N_("The mail service of this address could not take it.")
MAILBOX_FULL = N_("The mailbox is full.")
OUR_NAME = N_(
    "The mail service of this address does not trust our mail. The address itself may be good."
)
TOO_LARGE = N_("It is larger than the mail service takes.")
GAVE_UP = N_("The mail service of this address did not take it in time.")
EXPIRED = N_("It would have come too late to be of use.")
HELD_TOO_LONG = N_("It waited for the school to begin sending mail, and would have come too late.")
TAKEN_BACK = N_("The sender took it back before it left.")
CORRECTED = N_("The contact was corrected before the letter left.")
EVENT_CANCELLED = N_("The event was cancelled before this letter left.")
OVER = N_("It is over or was called off before this letter left.")
ANSWERED = N_("The family answered, so it is not reminded to answer.")
ANSWERED_NO = N_("The family answered that it can't come, so it is not reminded.")
NEWER_LETTER = N_("A newer letter about the same thing took its place.")
CAME_BACK = N_("It came back: the address does not work.")
CAME_BACK_THIS_TIME = N_("It came back: the mailbox could not take it this time.")
COMES_BACK_OFTEN = N_("Several letters came back within two weeks, so we rest for a while.")
SAID_ARRIVED = N_("A person found out that it arrived.")
SAID_LOST = N_("A person found out that it did not arrive.")
SAID_AGAIN = N_("A person decided to send it again.")
PERSON_GONE = N_("This person does not work at the school any more.")
UNWRITABLE = N_("The letter could not be written. The district's technical staff can see why.")

FOR_A_PERSON = frozenset(
    {NO_ADDRESS, UNUSABLE_ADDRESS, SUPPRESSED_ADDRESS, FLAGGED, TWO_HOMES, NEVER_HANDED_OUT}
)
"""No way was left by which the letter may go, so that a person has to find one."""
