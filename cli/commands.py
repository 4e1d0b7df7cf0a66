"""The words of the `partners` command, and where each is done."""

from pathlib import Path
from typing import Annotated

import typer

from cli import contacts, dead, directory, people, reports, roster
from cli.plainly import Plainly

commands = typer.Typer(
    cls=Plainly,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Partners: every family hears from school, good news first.",
)
commands.add_typer(roster.app, name="roster")
commands.add_typer(contacts.app, name="contacts")
commands.add_typer(dead.app, name="dead")
commands.add_typer(reports.app, name="reports")
commands.add_typer(directory.app, name="directory")
commands.add_typer(people.accounts, name="account")
commands.add_typer(people.clients, name="client")


@commands.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Forget what the district did.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where pages answer.")] = 8000,
    folder: Annotated[Path, typer.Option(help="Where the demonstration is kept.")] = Path(".data"),
) -> None:
    """The whole platform in this process, with a sample district and a mailbox."""
    # Imported late: the other commands do not need the platform, and help is to be quick.
    from embedded.run import demo as run

    run(reset=reset, port=port, folder=folder)


@commands.command()
def serve(service: Annotated[str, typer.Argument(help="Which service.")]) -> None:
    """Run one service (Compose does this)."""
    from cli.serve import serve as run

    run(service)


@commands.command()
def setup() -> None:
    """Prepare broker and database once, and make the first accounts (Compose does this)."""
    from cli.setup import setup as run

    run()


@commands.command()
def secrets(
    folder: Annotated[Path, typer.Argument(help="The folder to fill.")] = Path("secrets"),
    system: Annotated[
        list[str] | None, typer.Option(help="Another system that sends by AMQP; may repeat.")
    ] = None,
) -> None:
    """Fill a folder with passwords and keys; what is there stays as it is."""
    from cli.secrets import fill

    fill(folder, tuple(system or ()))


@commands.command()
def dkim(
    domain: Annotated[str, typer.Argument(help="The domain that letters come from.")],
    folder: Annotated[Path, typer.Option(help="Where the secrets are.")] = Path("secrets"),
    selector: Annotated[str, typer.Option(help="The key's name; else partners and the year.")] = "",
) -> None:
    """Make the key that signs letters, and print the DNS record for it."""
    from cli.dkim import make_known

    make_known(folder, domain, selector)
