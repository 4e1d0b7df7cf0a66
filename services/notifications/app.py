"""How notifications is put together."""

from pathlib import Path

from services.notifications import web as pages
from services.notifications.actions.piles import expire_paper
from services.notifications.actions.returning import take_in
from services.notifications.actions.room import MailPlace, MailRoom
from services.notifications.actions.sending import Sender
from services.notifications.actions.spreading import spread
from services.notifications.actions.translating import translate_asked
from services.notifications.actions.watching import letters_look
from services.notifications.domain.codes import Codes
from services.notifications.domain.languages import drafts_start_accepted
from services.notifications.domain.limits import Limits, domain_limits
from services.notifications.domain.settings import starting_settings
from services.notifications.handlers import handlers
from services.notifications.intake.fetching import EVERY_SECONDS, Fetcher, Mailbox
from services.notifications.intake.listening import Listener
from services.notifications.intake.tokens import Tokens
from services.notifications.letters.press import Press
from services.notifications.letters.signing import Signer, signer
from services.notifications.mailer import Mailer, MailService
from services.notifications.returns.address import ReturnAddress
from services.notifications.store import KEPT, Store
from services.notifications.translator import Translator
from shared import web
from shared.bus.base import Bus
from shared.clock import Clock, Mint, SystemClock, new_id
from shared.directory import Directory
from shared.links import Links
from shared.mongo import Database
from shared.service import Background, Every, Parts, Service
from shared.settings import Settings
from shared.watch import directory_look, flags_look

NAME = "notifications"
SPREAD_SECONDS = 0.25
TRANSLATE_SECONDS = 5.0
EXPIRE_SECONDS = 60.0


def build(
    settings: Settings,
    database: Database,
    bus: Bus,
    *,
    clock: Clock | None = None,
    mint: Mint = new_id,
) -> Service:
    """Its pages and API, the messages that it hears, and its sender; nothing runs until `start`."""
    parts = Parts(NAME, settings.for_service(NAME), database, bus, clock or SystemClock(), mint)
    room = open_room(parts)
    app = web.create_app(
        service=NAME,
        settings=parts.settings,
        clock=parts.clock,
        ready=[parts.ready],
        templates=Path(__file__).parent / "templates",
        public=pages.PUBLIC,
        mint=mint,
    )
    app.state.room = room
    app.state.press = Press()
    app.include_router(pages.router)
    sender = Sender(room, Mailer(mail_service(settings)))
    spreader = Every(SPREAD_SECONDS, lambda: spread(room), "spread notices")
    expirer = Every(EXPIRE_SECONDS, lambda: expire_paper(room), "expire paper")
    return parts.service(
        app,
        kept=KEPT,
        handlers=handlers(room),
        background=(spreader, expirer, sender, *translating(room), *intakes(settings, room)),
        looks=(
            directory_look(NAME, database),
            flags_look(NAME, database, parts.clock),
            letters_look(room, sender),
        ),
    )


def open_room(parts: Parts) -> MailRoom:
    """What the actions stand on."""
    settings = parts.settings

    def links(purpose: str, keys: tuple[str, ...]) -> Links:
        return Links(purpose, keys, settings.public_url, parts.clock)

    return MailRoom(
        units=parts.units,
        store=Store(parts.database),
        directory=Directory(parts.database),
        place=MailPlace(
            district_name=settings.district_name,
            mail_from=settings.mail_from,
            public_url=settings.public_url.rstrip("/"),
            allow_list=frozenset(each.lower() for each in settings.mail_allow_list),
            signer=signer_of(settings),
            returns=return_address(settings),
        ),
        starting=starting_settings(settings.environment),
        answer_links=links("rsvp", settings.keys("rsvp")),
        stop_links=links("unsubscribe", settings.keys("unsubscribe")),
        address_links=links("address", settings.keys("unsubscribe")),
        page_links=links("household", settings.keys("household")),
        feed_links=links("calendar", settings.keys("calendar")),
        # A code leads to the page to answer on, as such a link does.
        codes=Codes(settings.keys("rsvp")),
        drafts_start_accepted=drafts_start_accepted(settings.environment),
        translator=translator(settings, parts.clock),
        limits=Limits(settings.mail_a_day, domain_limits(settings.mail_domain_limits)),
    )


def translator(settings: Settings, clock: Clock) -> Translator | None:
    """Who translates what educators typed, where the district has set it up."""
    if not settings.translate_url:
        return None
    key = settings.translate_api_key.get_secret_value()
    return Translator(settings.translate_url, clock, key)


def translating(room: MailRoom) -> list[Background]:
    """Translates what letters wait for; nothing unless it is set up."""
    if room.translator is None:
        return []
    asked = room.translator.bell
    return [Every(TRANSLATE_SECONDS, lambda: translate_asked(room), "translate", woken=asked)]


def mail_service(settings: Settings) -> MailService:
    """Where the district's letters are handed in."""
    return MailService(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        tls=settings.smtp_tls,
        own_name=settings.mail_from.rpartition("@")[2] or "localhost",
    )


def signer_of(settings: Settings) -> Signer | None:
    """What signs letters, where the district has given us a key for it."""
    if not settings.dkim_selector:
        return None
    domain = settings.dkim_domain or settings.mail_from.rpartition("@")[2]
    return signer(domain, settings.dkim_selector, settings.dkim_private_key.get_secret_value())


def return_address(settings: Settings) -> ReturnAddress | None:
    """Where letters come back to, where the district has set it up."""
    if not settings.return_address:
        return None
    return ReturnAddress(settings.return_address, settings.keys("return"))


def intakes(settings: Settings, room: MailRoom) -> list[Background]:
    """The ways in which mail that came back reaches this service; none unless they are set."""
    found: list[Background] = []
    if settings.return_listen and room.place.returns is not None:
        host, _, port = settings.return_listen.rpartition(":")
        found.append(
            Listener(
                host.strip("[]"),
                int(port),
                room.place.returns.takes,
                lambda raw, to: take_in(room, raw, "smtp", to),
            )
        )
    if settings.return_imap_host:
        mailbox = return_mailbox(settings, room)
        fetcher = Fetcher(mailbox, lambda raw: take_in(room, raw, "imap"))
        found.append(Every(EVERY_SECONDS, fetcher.fetch, "fetch returned mail"))
    return found


def return_mailbox(settings: Settings, room: MailRoom) -> Mailbox:
    """Where what came back is fetched."""
    tokens = None
    if settings.return_imap_token_url:
        tokens = Tokens(
            url=settings.return_imap_token_url,
            client_id=settings.return_imap_client_id,
            clock=room.units.clock,
            client_secret=settings.return_imap_client_secret.get_secret_value(),
            refresh_token=settings.return_imap_refresh_token.get_secret_value(),
            scope=settings.return_imap_scope,
        )
    return Mailbox(
        host=settings.return_imap_host,
        port=settings.return_imap_port,
        username=settings.return_imap_username,
        password=settings.return_imap_password.get_secret_value(),
        tls=settings.return_imap_tls,
        folder=settings.return_imap_folder,
        kept_folder=settings.return_imap_kept_folder,
        tokens=tokens,
    )
