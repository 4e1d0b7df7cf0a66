"""What can go wrong, said so that the reader of the error knows what to do next."""


class PartnersError(Exception):
    """Something that Partners can explain in a sentence."""


class Refused(PartnersError):
    """What was asked breaks a rule; the sentence says which, and what would be right. HTTP 422."""


class NotFound(PartnersError):
    """Nothing of that name, or nothing that this viewer may know of. HTTP 404."""


class Forbidden(PartnersError):
    """The viewer is known and may not do this. HTTP 403."""


class Conflict(PartnersError):
    """Somebody else changed it first, or it is in a state that does not allow this. HTTP 409."""


class Passing(PartnersError):
    """One message's trouble that may heal by itself: it is tried again up the ladder, then dead."""


class Permanent(PartnersError):
    """One message's trouble that no retry can heal: it is dead at once, with this reason."""


class DependencyDown(PartnersError):
    """A server that we need does not answer: work waits and goes on by itself. HTTP 503."""

    def __init__(self, dependency: str, cause: BaseException | None = None) -> None:
        """`dependency` is a name for people, such as "the database"."""
        super().__init__(f"{dependency} does not answer ({type(cause).__name__ if cause else '?'})")
        self.dependency = dependency
