"""Makes PDFs in a process of its own, one at a time, so that pages and letters go on meanwhile."""

import asyncio
import os
import sys
from dataclasses import dataclass, field

from shared import telemetry
from shared.errors import PartnersError

LONGEST_SECONDS = 90.0
"""For 60 letters on a slow machine; about ten on a usual one."""
_PROGRAM = "services.notifications.letters.rendering"
_NEEDED = ("PATH", "PYTHONPATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "VIRTUAL_ENV")
"""The program gets no secrets of ours."""


class NoPdf(PartnersError):
    """The PDF could not be made; nothing changed by it."""


@dataclass
class Press:
    """One per process."""

    program: tuple[str, ...] = (sys.executable, "-m", _PROGRAM)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def pdf(self, html: str) -> bytes:
        """The document as PDF. Raises `NoPdf`."""
        async with self._turn:
            running = await asyncio.create_subprocess_exec(
                *self.program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            )
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    pdf, said = await running.communicate(html.encode())
            except TimeoutError as late:
                raise NoPdf("the PDF took too long to make") from late
            finally:
                if running.returncode is None:
                    running.kill()
                    await running.wait()
        if running.returncode != 0 or not pdf.startswith(b"%PDF-"):
            # The kind of error alone: its words may quote a letter.
            last = said.decode("utf-8", "replace").strip().rpartition("\n")[2].partition(":")[0]
            telemetry.logger("press").error("no pdf", code=running.returncode, error=last[:80])
            raise NoPdf("the PDF could not be made")
        return pdf
