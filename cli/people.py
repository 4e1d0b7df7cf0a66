"""`partners account` and `partners client`: who may sign in, which programs may ask for tokens."""

from typing import Annotated, Any

import typer

from cli.door import open_door
from cli.plainly import Plainly
from cli.show import AsJson, as_json, fields, say, table

accounts = typer.Typer(cls=Plainly, no_args_is_help=True, help="Accounts of the staff.")
clients = typer.Typer(cls=Plainly, no_args_is_help=True, help="Programs that may ask for tokens.")


@accounts.command("create")
def create_account(
    login: Annotated[str, typer.Argument(help="The person's mail address.")],
    name: Annotated[str, typer.Option(help="As shown on pages.")],
    role: Annotated[str, typer.Option(help="educator, coordinator, office or principal.")],
    school: Annotated[list[str] | None, typer.Option(help="Id of a school; may repeat.")] = None,
    educator: Annotated[str, typer.Option(help="Id of the person in the roster.")] = "",
    language: Annotated[str, typer.Option(help="en, es, ar or zh.")] = "en",
    json: AsJson = False,
) -> None:
    """Create an account and print the link by which its owner sets a password."""
    new = {
        "login": login,
        "name": name,
        "role": role,
        "school_ids": school or [],
        "educator_id": educator or None,
        "language": language,
    }
    with open_door() as door:
        made = door.post("/api/v1/accounts", json=new)
    if json:
        as_json(made)
        return
    say(f"Created {made['account']['login']} ({made['account']['role']}).")
    say(f"Hand over this link; it works once, for 7 days: {made['set_password_link']}")


@clients.command("create")
def create_client(
    name: Annotated[str, typer.Argument(help="As shown on pages.")],
    scope: Annotated[list[str], typer.Option(help="What it may do; may repeat.")],
    system: Annotated[str, typer.Option(help="Its system, when it sends messages.")] = "",
    type: Annotated[list[str] | None, typer.Option(help="A type that it may send.")] = None,
    json: AsJson = False,
) -> None:
    """Create an API client and print its secret, once."""
    new = {"name": name, "scopes": scope, "system": system or None, "types": type or []}
    with open_door() as door:
        made = door.post("/api/v1/clients", json=new)
    _show(made, json=json)


@clients.command("list")
def list_clients(json: AsJson = False) -> None:
    """All API clients."""
    with open_door() as door:
        found = door.get("/api/v1/clients")
    if json:
        as_json(found)
        return
    rows = [
        (
            each["client_id"],
            each["name"],
            each["system"],
            " ".join(each["scopes"]),
            each["last_used_at"] if each["active"] else "shut out",
        )
        for each in found
    ]
    table(("client_id", "name", "system", "scopes", "last used"), rows)


@clients.command("rotate")
def rotate_secret(
    client_id: Annotated[str, typer.Argument(help="From `partners client list`.")],
    json: AsJson = False,
) -> None:
    """Add a second secret and print it, once; end the old one on the page when it is not used."""
    with open_door() as door:
        made = door.post(f"/api/v1/clients/{client_id}/secrets")
    _show(made, json=json)


@clients.command("revoke")
def revoke_client(
    client_id: Annotated[str, typer.Argument(help="From `partners client list`.")],
) -> None:
    """Shut an API client out; all its secrets end."""
    with open_door() as door:
        door.delete(f"/api/v1/clients/{client_id}")
    say(f"{client_id} is shut out.")


def _show(made: Any, *, json: bool) -> None:
    if json:
        as_json(made)
        return
    fields({"client_id": made["client"]["client_id"], "client_secret": made["client_secret"]})
    say("The secret is not shown again.")
