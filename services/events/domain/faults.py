"""What is wrong with something a person filled in: which field, in words that can be translated."""

from collections.abc import Iterable

from pydantic import Field

from shared.errors import Refused
from shared.messages import Record


class Fault(Record):
    """One thing to mend. `says` may have named gaps (`%(name)s`) that `values` fill."""

    field: str
    says: str
    values: dict[str, str] = Field(default_factory=dict)

    @property
    def in_english(self) -> str:
        """The sentence for programs and logs of errors."""
        return self.says % self.values if self.values else self.says


class Wrong(Refused):
    """Something filled in breaks a rule; `faults` has every one of them, in the form's order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """At least one fault."""
        self.faults = tuple(faults)
        super().__init__(" ".join(f"{fault.field}: {fault.in_english}" for fault in self.faults))
