"""The `partners` command. A service is started without what only the other commands need."""

import sys

from cli.trouble import told_plainly


def app() -> None:
    """Do what the words on the command line say."""
    match sys.argv[1:]:
        case ["serve", service] if not service.startswith("-"):
            _serve(service)
        case _:
            from cli.commands import commands

            commands()


def _serve(service: str) -> None:
    # The log writer would take it along, for tracebacks in colour: five megabytes, a fifth of a
    # second, and no service ever prints one.
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
    with told_plainly():
        from cli.serve import serve

        serve(service)


if __name__ == "__main__":
    app()
