"""The conversation with the mail server, and what its answers mean (MAIL-01)."""

import asyncio
import ssl
from dataclasses import dataclass

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from portal_app.config import Settings
from portal_app.mail.addresses import one_line
from portal_app.mail.tries import Answer

LONGEST = 15 * 60.0  # seconds for one mail, opening the line included; less than a claim is held
LONGEST_WORDS = 500
CLOSING = 421  # the server is about to hang up
NOT_SIGNED_IN = (530, 534, 535, 538)  # in answer to MAIL: no fault of the mail
BROKEN = 'The connection to the mail server broke.'
TOO_SLOW = 'The mail server did not answer in time.'
NO_SMTPUTF8 = 'The mail server does not take addresses like this one.'


@dataclass(frozen=True)
class Envelope:
    """What the server is given. All of it is ASCII but a local part that is not."""

    sender: str
    recipient: str
    message: bytes


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for the server (RFC 5321, 4.5.3.2): who hangs up too early sends the mail twice."""

    connection: float = 30
    answer: float = 60
    acknowledgement: float = 600


class Line:
    """The line to the mail server. It stays open over many mails, and is opened again where it broke."""

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self._patience = patience
        self._server = f'{settings.smtp_host}:{settings.smtp_port}'
        self._smtp = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_security == 'tls',
            start_tls=settings.smtp_security == 'starttls',
            username=settings.smtp_username or None,
            password=settings.smtp_password or None,
            timeout=patience.answer,
        )

    async def send(self, envelope: Envelope) -> tuple[Answer, str]:
        """Hand over one mail. Returns what came of it, with the words for it."""
        try:
            async with asyncio.timeout(LONGEST):
                return await self._send(envelope)
        except TimeoutError:
            self._smtp.close()
            return Answer.LATER, TOO_SLOW

    async def close(self) -> None:
        """Hang up."""
        try:
            if self._smtp.is_connected:
                await self._smtp.quit(timeout=5)
        except (SMTPException, OSError):
            pass
        finally:
            self._smtp.close()

    async def _send(self, envelope: Envelope) -> tuple[Answer, str]:
        try:
            await self._begin(envelope)
        except SMTPSenderRefused as error:
            if error.code == CLOSING or error.code in NOT_SIGNED_IN:
                return Answer.UNREACHABLE, self._why(error)
            return await self._refused(error)
        except (SMTPException, OSError) as error:
            self._smtp.close()
            return Answer.UNREACHABLE, self._why(error)
        if not envelope.recipient.isascii() and not self._smtp.supports_extension('smtputf8'):
            await self._reset()
            return Answer.REFUSED, NO_SMTPUTF8
        try:
            encoding = 'ascii' if envelope.recipient.isascii() else 'utf-8'
            await self._smtp.rcpt(envelope.recipient, encoding=encoding)
            await self._smtp.data(envelope.message, timeout=self._patience.acknowledgement)
        except SMTPResponseException as error:
            return await self._refused(error)
        except (SMTPException, OSError) as error:
            self._smtp.close()
            return Answer.LATER, TOO_SLOW if isinstance(error, TimeoutError) else BROKEN
        return Answer.SENT, ''

    async def _begin(self, envelope: Envelope) -> None:
        """Say whose mail it is; on a new line where the server has closed the old one between two mails."""
        if self._smtp.is_connected:
            try:
                await self._mail(envelope)
                return
            except SMTPServerDisconnected:
                pass
            except SMTPSenderRefused as error:
                if error.code != CLOSING:
                    raise
            self._smtp.close()
        await self._smtp.connect(timeout=self._patience.connection)
        await self._mail(envelope)

    async def _mail(self, envelope: Envelope) -> None:
        if self._smtp.is_ehlo_or_helo_needed:
            try:
                await self._smtp.ehlo()
            except SMTPHeloError:
                await self._smtp.helo()
        utf8 = not envelope.recipient.isascii() and self._smtp.supports_extension('smtputf8')
        await self._smtp.mail(envelope.sender, options=['SMTPUTF8'] if utf8 else [])

    async def _refused(self, error: SMTPResponseException) -> tuple[Answer, str]:
        await self._reset()
        return Answer.REFUSED if 500 <= error.code < 600 else Answer.LATER, _words(error)

    async def _reset(self) -> None:
        """Begin anew on the same line, for the next mail."""
        try:
            if self._smtp.is_connected:
                await self._smtp.rset()
        except (SMTPException, OSError):
            self._smtp.close()

    def _why(self, error: Exception) -> str:
        """Why the server cannot be used, for whoever runs it."""
        cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
        match cause:
            case SMTPAuthenticationError() | SMTPSenderRefused():
                return f'{self._server} does not accept the account of the portal: {_words(cause)}'
            case SMTPResponseException():
                return f'{self._server} turned the portal away: {_words(cause)}'
            case ssl.SSLCertVerificationError():
                return f'The certificate of {self._server} is not trusted: {cause.verify_message}.'
            case ssl.SSLError():
                return f'No encrypted connection to {self._server}: {cause.reason or cause}.'
            case TimeoutError():
                return f'{self._server} did not answer in time.'
            case SMTPServerDisconnected():
                return f'{self._server} broke the connection.'
            case _:
                return one_line(f'{self._server} cannot be used: {cause}')[:LONGEST_WORDS]


def _words(error: SMTPResponseException) -> str:
    return one_line(f'{error.code} {error.message}')[:LONGEST_WORDS]
