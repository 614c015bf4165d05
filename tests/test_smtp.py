"""The conversation with a real mail server, and what each of its answers means."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal_app.config import Settings
from portal_app.mail.smtp import Envelope, Line, Patience
from portal_app.mail.tries import Answer
from tests.certificate import make_certificate
from tests.smtp_server import ACCOUNT, MailServer, mail_server

HURRY = Patience(connection=2, answer=1, acknowledgement=1)
TEXT = (
    b'From: billing@example.com\r\nTo: anna@example.com\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n.\r\n'
)


def settings(port: int, **given: Any) -> Settings:
    return Settings(smtp_host='localhost', smtp_port=port, **{'smtp_security': 'none', **given})


def to(recipient: str) -> Envelope:
    return Envelope('billing@example.com', recipient, TEXT)


ANNA, BEN = to('anna@example.com'), to('ben@example.com')


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as started:
        yield started


@pytest.fixture
async def line(server: MailServer) -> AsyncIterator[Line]:
    made = Line(settings(server.port), HURRY)
    yield made
    await made.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Certificate and key of localhost, signed by themselves."""
    return make_certificate(tmp_path / 'certificate.pem')


async def test_many_mails_go_over_one_connection(server: MailServer, line: Line) -> None:
    """MAIL-01: and a line of one dot does not end the mail."""
    for envelope in (ANNA, BEN, ANNA):
        assert await line.send(envelope) == (Answer.SENT, '')
    assert [mail.recipient for mail in server.taken] == [
        'anna@example.com',
        'ben@example.com',
        'anna@example.com',
    ]
    assert {mail.connection for mail in server.taken} == {1}
    assert server.taken[0].text.endswith('Hello\n.\n')


@pytest.mark.parametrize(
    'rules',
    [
        {'to_recipients': {'anna@example.com': '550 5.1.1 No such user here'}},
        {'to_data': '554 5.7.1 Message content rejected'},
        {'to_sender': '553 5.1.8 Sender unknown'},
    ],
)
async def test_a_refusal_for_good_says_so_and_leaves_the_line_open(
    server: MailServer, line: Line, rules: dict[str, Any]
) -> None:
    """MAIL-01: of MAIL, RCPT and DATA alike."""
    assert (await line.send(BEN))[0] is Answer.SENT
    server.rule(**rules)
    reply = next(iter(rules.values()))
    assert await line.send(ANNA) == (
        Answer.REFUSED,
        reply['anna@example.com'] if isinstance(reply, dict) else reply,
    )
    server.rule()
    assert (await line.send(BEN))[0] is Answer.SENT
    assert [mail.connection for mail in server.taken] == [1, 1]


async def test_who_is_greylisted_comes_again_later(server: MailServer, line: Line) -> None:
    """MAIL-01: 4xx."""
    server.rule(to_first_try='451 4.7.1 Greylisted, please try again')
    assert await line.send(ANNA) == (Answer.LATER, '451 4.7.1 Greylisted, please try again')
    assert (await line.send(ANNA))[0] is Answer.SENT


async def test_a_connection_cut_in_the_midst_of_data_is_opened_again_for_the_next(
    server: MailServer, line: Line
) -> None:
    """MAIL-01."""
    server.rule(cut_in_data=1)
    assert await line.send(ANNA) == (Answer.LATER, 'The connection to the mail server broke.')
    assert (await line.send(BEN))[0] is Answer.SENT
    assert [(mail.recipient, mail.connection) for mail in server.taken] == [('ben@example.com', 2)]


async def test_a_mail_that_was_taken_without_an_answer_is_tried_again(server: MailServer, line: Line) -> None:
    """MAIL-01: nobody can know whether it was taken; the same Message-ID lets its reader see one."""
    server.rule(cut_before_answer=1)
    assert (await line.send(ANNA))[0] is Answer.LATER
    assert (await line.send(ANNA))[0] is Answer.SENT
    assert len(server.taken) == 2


async def test_a_server_that_takes_only_some_mails_a_connection_is_called_again(
    server: MailServer, line: Line
) -> None:
    """MAIL-01: 421 between two mails, and the connection gone before the next."""
    server.rule(mails_a_connection=2)
    for _ in range(5):
        assert (await line.send(ANNA))[0] is Answer.SENT
    assert [mail.connection for mail in server.taken] == [1, 1, 2, 2, 3]


async def test_a_server_that_was_restarted_between_two_mails_is_called_again(tmp_path: Path) -> None:
    """MAIL-01: the mail after it is not delayed."""
    with mail_server(tmp_path) as first:
        line = Line(settings(first.port), HURRY)
        assert (await line.send(ANNA))[0] is Answer.SENT
    with mail_server(tmp_path, port=first.port) as second:
        assert (await line.send(BEN))[0] is Answer.SENT
        await line.close()
        assert len(second.taken) == 2


async def test_a_server_that_takes_its_time_is_waited_for_but_not_for_ever(
    server: MailServer, line: Line
) -> None:
    """MAIL-01."""
    server.rule(delay=0.3, delay_answer=0.3)
    assert (await line.send(ANNA))[0] is Answer.SENT
    server.rule(delay=3)
    assert await line.send(ANNA) == (Answer.LATER, 'The mail server did not answer in time.')
    server.rule(delay_answer=3)
    assert await line.send(ANNA) == (Answer.LATER, 'The mail server did not answer in time.')
    server.rule()
    assert (await line.send(ANNA))[0] is Answer.SENT


async def test_a_server_that_is_not_there_is_no_fault_of_the_mail() -> None:
    """MAIL-01."""
    with socket.socket() as nobody:
        nobody.bind(('127.0.0.1', 0))
        port = nobody.getsockname()[1]
        answer, words = await Line(settings(port), HURRY).send(ANNA)
    assert answer is Answer.UNREACHABLE
    assert words.startswith(f'localhost:{port} cannot be used: ')


async def test_a_server_that_never_greets_is_no_fault_of_the_mail() -> None:
    """MAIL-01: such as one that expects TLS from the start."""

    async def never(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)
        writer.close()

    async with await asyncio.start_server(never, '127.0.0.1', 0) as mute:
        port = mute.sockets[0].getsockname()[1]
        assert await Line(settings(port), HURRY).send(ANNA) == (
            Answer.UNREACHABLE,
            f'localhost:{port} did not answer in time.',
        )


@pytest.mark.parametrize('security', ['starttls', 'tls'])
async def test_mail_is_encrypted_and_the_account_given(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    """MAIL-01: STARTTLS, TLS and AUTH; SSL_CERT_FILE names an authority of one's own."""
    monkeypatch.setenv('SSL_CERT_FILE', str(certificate))
    name, password = ACCOUNT
    with mail_server(tmp_path, f'--{security}', '--certificate', str(certificate), '--account') as server:
        line = Line(
            settings(server.port, smtp_security=security, smtp_username=name, smtp_password=password), HURRY
        )
        assert await line.send(ANNA) == (Answer.SENT, '')
        await line.close()
        assert [(mail.encrypted, mail.account) for mail in server.taken] == [(True, name)]


@pytest.mark.parametrize('security', ['starttls', 'tls'])
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, certificate: Path, security: str
) -> None:
    """MAIL-01: neither mail nor password is handed to who knows whom."""
    with mail_server(tmp_path, f'--{security}', '--certificate', str(certificate)) as server:
        assert await Line(settings(server.port, smtp_security=security), HURRY).send(ANNA) == (
            Answer.UNREACHABLE,
            f'The certificate of localhost:{server.port} is not trusted: self-signed certificate.',
        )
        assert server.taken == []


async def test_a_certificate_for_another_name_is_refused(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-01."""
    monkeypatch.setenv('SSL_CERT_FILE', str(certificate))
    with mail_server(tmp_path, '--tls', '--certificate', str(certificate)) as server:
        given = settings(server.port, smtp_security='tls').model_copy(update={'smtp_host': '127.0.0.1'})
        answer, words = await Line(given, HURRY).send(ANNA)
    assert answer is Answer.UNREACHABLE
    assert 'is not trusted' in words


async def test_a_server_without_starttls_gets_no_mail(server: MailServer) -> None:
    """MAIL-01: what was to be encrypted is not sent in the clear."""
    answer, words = await Line(settings(server.port, smtp_security='starttls'), HURRY).send(ANNA)
    assert answer is Answer.UNREACHABLE
    assert 'STARTTLS' in words
    assert server.taken == []


async def test_a_wrong_password_is_no_fault_of_the_mail(tmp_path: Path) -> None:
    """MAIL-01: 535, and 530 where none was given. The password is not in the words."""
    with mail_server(tmp_path, '--account') as server:
        wrong = settings(server.port, smtp_username='portal', smtp_password='wrong-secret')
        answer, words = await Line(wrong, HURRY).send(ANNA)
        assert answer is Answer.UNREACHABLE
        assert words.startswith(f'localhost:{server.port} does not accept the account of the portal: 535 ')
        assert 'wrong-secret' not in words
        answer, words = await Line(settings(server.port), HURRY).send(ANNA)
        assert answer is Answer.UNREACHABLE
        assert ': 530 ' in words
        assert server.taken == []


async def test_an_address_beyond_ascii_needs_a_server_that_takes_it(server: MailServer, line: Line) -> None:
    """MAIL-01: RFC 6531; this server does."""
    assert await line.send(to('jörg@xn--bcher-kva.example')) == (Answer.SENT, '')
    assert server.taken[0].recipient == 'jörg@xn--bcher-kva.example'
