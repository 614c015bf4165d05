"""A real mail server in a process of its own on loopback, which does what a test tells it to."""

import argparse
import asyncio
import json
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, syntax

ROOT = Path(__file__).parent.parent
TAKEN, IDS, RULES = 'taken.jsonl', 'taken.ids', 'rules.json'
ACCOUNT = ('portal', 'hunter2 with spaces')


@dataclass
class Rules:
    """What the server does other than taking every mail at once. Replies are what it says instead of 250."""

    to_sender: str = ''
    to_recipients: dict[str, str] = field(default_factory=dict)
    to_first_try: str = ''  # of each recipient, since these rules are in force
    to_data: str = ''
    cut_in_data: int = 0  # how many mails break off in the midst of DATA
    cut_before_answer: int = 0  # how many mails are taken without a word
    delay: float = 0.0  # seconds before the answer to RCPT
    delay_answer: float = 0.0  # seconds before the answer to DATA; the mail is taken before
    mails_a_connection: int = 0  # more are answered by 421


@dataclass(frozen=True)
class Taken:
    """A mail that the server has taken."""

    sender: str
    recipient: str
    encrypted: bool
    account: str
    connection: int
    text: str

    @property
    def message(self) -> EmailMessage:
        """It, parsed."""
        return cast(EmailMessage, message_from_string(self.text, policy=default))

    @property
    def message_id(self) -> str:
        """Its Message-ID, without <>."""
        found = message_from_string(self.text.partition('\n\n')[0])['Message-ID']
        return str(found).strip('<>')


@dataclass(frozen=True)
class MailServer:
    """A running server as the tests see it."""

    folder: Path
    port: int

    @property
    def settings(self) -> dict[str, str]:
        """The portal's settings that lead to it."""
        return {
            'PORTAL_SMTP_HOST': 'localhost',
            'PORTAL_SMTP_PORT': str(self.port),
            'PORTAL_SMTP_SECURITY': 'none',
            'PORTAL_MAIL_FROM': 'billing@northwind.example',
            'PORTAL_PUBLIC_URL': 'https://portal.northwind.example',
            'PORTAL_SECRET_KEY': 'for the tests only, and 32 letters long',
        }

    def rule(self, **rules: Any) -> None:
        """From now on do this, and nothing of what was said before."""
        new = self.folder / f'{RULES}.new'
        new.write_text(json.dumps(asdict(Rules(**rules))))
        new.rename(self.folder / RULES)

    @property
    def taken(self) -> list[Taken]:
        """Every mail that it has taken, in order."""
        return [Taken(**json.loads(line)) for line in self._lines(TAKEN)]

    @property
    def taken_ids(self) -> list[str]:
        """Their Message-IDs, without <>."""
        return self._lines(IDS)

    def _lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []


@contextmanager
def mail_server(folder: Path, *options: str, port: int = 0) -> Iterator[MailServer]:
    """Run one until the block ends: --starttls, --tls (with --certificate FILE), --account."""
    command = [sys.executable, '-m', 'tests.smtp_server', str(folder), '--port', str(port), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield MailServer(folder, int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


class Handler:
    """Answers as the rules say, and writes down what it takes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.changed = folder, 0
        self.rules, self.done = Rules(), Counter[str]()
        self.connections = 0

    def obey(self) -> Rules:
        """The rules that are in force."""
        path = self.folder / RULES
        changed = path.stat().st_ino if path.exists() else 0
        if changed != self.changed:
            self.changed, self.done = changed, Counter()
            self.rules = Rules(**json.loads(path.read_text()))
        return self.rules

    def once(self, what: str, most: int) -> bool:
        """Whether it is still to be done, and counts it."""
        self.done[what] += 1
        return self.done[what] <= most

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL."""
        rules = self.obey()
        if rules.mails_a_connection and server.mails >= rules.mails_a_connection:  # type: ignore[attr-defined]
            server.transport.write(b'421 4.7.0 Too many mails on this connection\r\n')  # type: ignore[union-attr]
            server.transport.close()  # type: ignore[union-attr]
            return '421 closing'
        if rules.to_sender:
            return rules.to_sender
        envelope.mail_from = address
        return '250 OK'

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT."""
        rules = self.obey()
        await asyncio.sleep(rules.delay)
        if address in rules.to_recipients:
            return rules.to_recipients[address]
        if rules.to_first_try and self.once(f'first {address}', 1):
            return rules.to_first_try
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server: 'Server', session: Session, envelope: Envelope) -> str:
        """Take the mail, then answer."""
        rules = self.obey()
        if rules.to_data:
            return rules.to_data
        server.mails += 1
        assert isinstance(envelope.original_content, bytes)
        taken = Taken(
            sender=str(envelope.mail_from),
            recipient=envelope.rcpt_tos[0],
            encrypted=session.ssl is not None or server.over_tls,
            account=session.auth_data.login.decode() if session.auth_data else '',
            connection=server.number,
            text=envelope.original_content.decode().replace('\r\n', '\n'),
        )
        for name, line in ((TAKEN, json.dumps(asdict(taken))), (IDS, taken.message_id)):
            with (self.folder / name).open('a') as file:
                file.write(line + '\n')
        if rules.cut_before_answer and self.once('cut', rules.cut_before_answer):
            server.hang_up()
        await asyncio.sleep(rules.delay_answer)
        return '250 OK'


class Server(SMTP):
    """One connection."""

    def __init__(self, handler: Handler, over_tls: bool, **options: Any) -> None:
        super().__init__(handler, hostname='mail.example.com', enable_SMTPUTF8=True, **options)
        handler.connections += 1
        self.number, self.mails, self.over_tls = handler.connections, 0, over_tls

    def hang_up(self) -> None:
        """Break the connection off."""
        assert self.transport is not None
        self.transport.abort()  # type: ignore[attr-defined]

    @syntax('DATA')
    async def smtp_DATA(self, arg: str) -> None:
        """Break off in the midst where the rules say so."""
        rules: Rules = self.event_handler.obey()
        if rules.cut_in_data and self.event_handler.once('cut in data', rules.cut_in_data):
            await self.push('354 Go on')
            await self._reader.readuntil(b'\r\n')
            self.hang_up()
            return
        await super().smtp_DATA(arg)


def check_account(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
) -> AuthResult:
    """Whether these are the right name and password."""
    right = (given.login.decode(), given.password.decode()) == ACCOUNT
    return AuthResult(success=right, handled=right, auth_data=given)


async def main() -> None:
    """Serve until it is killed; says its port."""
    parser = argparse.ArgumentParser()
    parser.add_argument('folder', type=Path)
    parser.add_argument('--port', type=int, default=0)
    for way in ('--starttls', '--tls', '--account'):
        parser.add_argument(way, action='store_true')
    parser.add_argument('--certificate', type=Path, help='a PEM file with certificate and key')
    given = parser.parse_args()
    context = None
    if given.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.certificate)
    handler, loop = Handler(given.folder), asyncio.get_running_loop()
    options: dict[str, Any] = {'loop': loop, 'auth_require_tls': False}
    if given.starttls:
        options |= {'tls_context': context, 'require_starttls': True}
    if given.account:
        options |= {'auth_required': True, 'authenticator': check_account}
    connected = partial(Server, handler, given.tls, **options)
    serving = await loop.create_server(connected, '127.0.0.1', given.port, ssl=context if given.tls else None)
    print(serving.sockets[0].getsockname()[1], flush=True)
    await serving.serve_forever()


if __name__ == '__main__':
    asyncio.run(main())
