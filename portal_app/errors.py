"""Failures that a person may read. Anything else that is raised is a fault of ours."""


class PortalError(Exception):
    """An expected failure: an HTTP status and a message for the person who caused it."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SignedOut(PortalError):
    """The session has ended, or there never was one."""

    status = 401

    def __init__(self, message: str = 'Please sign in.') -> None:
        super().__init__(message)


class AccessEnded(SignedOut):
    """The session lives, but not for this company any more; its owner may have others (ACC-08)."""

    def __init__(self) -> None:
        super().__init__('Your access to this company has ended.')


class TurnedAway(SignedOut):
    """Signing in would not help: the page that it leads to says why."""


class PortalOff(TurnedAway):
    """The organization has switched its portal off (SET-01)."""

    status = 404

    def __init__(self) -> None:
        super().__init__('The portal is not available.')


class ViewEnded(TurnedAway):
    """Staff viewed the portal as a contact, and may not any more."""

    def __init__(self) -> None:
        super().__init__('You are not viewing the portal as a contact any more.')


class SeesNothing(TurnedAway):
    """Staff view the portal as a contact who is shut out; the message says by what."""

    status = 403


class NotPermitted(PortalError):
    """The viewer's role does not grant this."""

    status = 403

    def __init__(self, message: str = 'Your role does not permit this.') -> None:
        super().__init__(message)


class NotFound(PortalError):
    """It does not exist, or not for this viewer: the two look the same."""

    status = 404

    def __init__(self, message: str = 'There is nothing at this address.') -> None:
        super().__init__(message)


class Invalid(PortalError):
    """Input that breaks a rule; the message names the field and the rule."""

    status = 422


class Conflict(PortalError):
    """It cannot be done at this moment, because of what goes on already."""

    status = 409


class LinkEnded(PortalError):
    """A one-time link that does nothing any more. `ask_again`: its owner may ask for a new invitation."""

    status = 410

    def __init__(self, title: str, message: str, *, ask_again: bool = False) -> None:
        super().__init__(message)
        self.title, self.ask_again = title, ask_again


class TooManyTries(PortalError):
    """A rate limit was reached. `wait` is in seconds."""

    status = 429

    def __init__(self, wait: int) -> None:
        minutes = -(-wait // 60)
        super().__init__(
            f'Too many tries. Please wait {minutes} minute{"s" if minutes > 1 else ""} and try again.'
        )
        self.wait = wait


class Busy(PortalError):
    """The database was locked or gone, or two people changed the same at once."""

    status = 503

    def __init__(self) -> None:
        super().__init__('This could not be done at this moment. Please try again.')


class TooSlow(PortalError):
    """The database did not answer within the time limit for screens."""

    status = 503

    def __init__(self) -> None:
        super().__init__('This took too long to look up. A shorter date range or fewer filters will help.')
