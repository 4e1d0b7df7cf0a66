"""The contracts for other systems: JSON Schemas and AsyncAPI, as committed in docs/contracts."""

import sys
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from shared import web
from shared.errors import NotFound

router = APIRouter(prefix="/contracts", include_in_schema=False)
PUBLIC = (
    web.PublicRoute("GET", "/contracts", "programmers look up formats", "formats", "120/minute"),
    web.PublicRoute(
        "GET", "/contracts/{name:path}", "programmers look up formats", "formats", "600/minute"
    ),
)
_PLACES = (Path(__file__).parents[3], Path(sys.prefix))
"""The working copy; or, in an image, the environment into which the program is installed."""
FOLDER = next(
    (place / "docs/contracts" for place in _PLACES if (place / "docs/contracts").is_dir()),
    _PLACES[0] / "docs/contracts",
)
_KINDS = {
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".md": "text/markdown; charset=utf-8",
}


def listed(folder: Path = FOLDER) -> dict[str, Path]:
    """What may be read, by its name below the folder."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _KINDS
    }


@router.get("")
async def get_list(page: web.Page) -> Response:
    """All of them."""
    return page.render("gateway/contracts.html", names=list(listed()))


@router.get("/{name:path}")
async def get_file(name: str) -> Response:
    """One file; only names of the list are looked up, so no path leads elsewhere."""
    path = listed().get(name)
    if path is None:
        raise NotFound("There is no such contract.")
    return FileResponse(path, media_type=_KINDS[path.suffix])
