"""A mail as it goes over the wire: what its headers and parts say, whatever people are called."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app import config
from portal_app.mail.letters import Letter
from portal_app.mail.look import Look
from portal_app.mail.message import envelope
from portal_app.mail.smtp import Envelope
from portal_app.mail.templates import shipped
from portal_app.models import EmailTemplateVersion, Mail
from tests.mailing import connect
from tests.smtp_server import MailServer
from tests.world import NOON

NAMES = st.text(max_size=80) | st.text('ab ,;:<>@"\\()=?_\r\n\tÄ陈', max_size=80)


@pytest.fixture(autouse=True)
def mail_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp('settings'))
    connect(monkeypatch, MailServer(Path(), 25))
    yield
    config.settings.cache_clear()


def sent(organization: str = 'Northwind', reply_to: str = '', **changes: Any) -> Envelope:
    draft = shipped('portal-invitation')
    version = EmailTemplateVersion(
        key='portal-invitation', number=1, subject=draft.subject, body=draft.body, reply_to=reply_to
    )
    mail = {
        'message_id': 'abc@northwind.example',
        'template': 'portal-invitation',
        'version_id': 1,
        'to_name': 'Anna Keller',
        'to_email': 'anna@acme.example',
        'subject': 'You have been invited',
        'variables': {
            'organization': organization,
            'portal_url': 'https://portal.northwind.example',
            'login_link': 'https://portal.northwind.example/portal/login',
            'customer': 'Acme',
            'contact_name': 'Anna Keller',
            'register_link': 'https://portal.northwind.example/portal/link/token',
            'expires': 'tomorrow',
        },
        'trying_since': NOON,
    }
    return envelope(Letter(Mail(**{**mail, **changes}), version, None, Look(organization, '#1d4ed8')))


def parsed(found: Envelope) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(found.message, policy=default))


def raw_headers(found: Envelope) -> dict[str, str]:
    head = found.message.partition(b'\r\n\r\n')[0].decode('ascii')
    lines = [line.partition(':') for line in re.sub(r'\r\n(?=[ \t])', '', head).split('\r\n')]
    return {name: value.strip() for name, _, value in lines}


def test_a_mail_says_whose_it_is_and_that_nobody_wrote_it() -> None:
    """MAIL-01, MAIL-03: the envelope, and every header that counts."""
    found = sent(reply_to='support@northwind.example')
    assert (found.sender, found.recipient) == ('billing@northwind.example', 'anna@acme.example')
    headers = raw_headers(found)
    headers.pop('Content-Type')
    assert headers == {
        'From': 'Northwind <billing@northwind.example>',
        'To': 'Anna Keller <anna@acme.example>',
        'Reply-To': 'support@northwind.example',
        'Subject': 'You have been invited',
        'Date': 'Tue, 10 Nov 2026 12:00:00 +0000',
        'Message-ID': '<abc@northwind.example>',
        'Auto-Submitted': 'auto-generated',
        'MIME-Version': '1.0',
    }


def test_a_mail_has_a_plain_twin_and_its_logo_inside() -> None:
    """MAIL-03: what each reader needs, and nothing to load from anywhere."""
    text, related = parsed(sent()).iter_parts()
    html, logo = related.iter_parts()  # type: ignore[attr-defined]
    assert parsed(sent()).get_content_type() == 'multipart/alternative'
    assert (text.get_content_type(), related.get_content_type()) == ('text/plain', 'multipart/related')
    assert (html.get_content_type(), logo.get_content_type()) == ('text/html', 'image/png')
    assert (logo['Content-ID'], logo.get_content_disposition()) == ('<logo>', 'inline')
    assert 'cid:logo' in html.get_content()
    for part in (text, html):
        assert 'https://portal.northwind.example/portal/link/token' in part.get_content()


def test_every_line_is_ascii_and_short_enough_for_any_server() -> None:
    """MAIL-01: RFC 5321, 4.5.3.1.6."""
    found = sent('Grüße & Söhne', to_name='陈' * 300, subject='Ü' * 200)
    assert found.message.isascii()
    assert max(map(len, found.message.split(b'\r\n'))) <= 998
    assert b'\n' not in found.message.replace(b'\r\n', b'')


@given(NAMES, NAMES, NAMES)
def test_no_name_or_subject_breaks_out_of_its_header(organization: str, name: str, subject: str) -> None:
    """MAIL-01: CR/LF, quotes, commas and encoded words in names change nothing else."""
    headers = raw_headers(found := sent(organization, to_name=name, subject=subject))
    assert set(headers) == set(raw_headers(sent()))
    assert [address.addr_spec for address in parsed(found)['To'].addresses] == ['anna@acme.example']
    assert [address.addr_spec for address in parsed(found)['From'].addresses] == ['billing@northwind.example']
    assert headers['To'].rpartition(' ')[2].strip('<>') == 'anna@acme.example'
    assert headers['From'].rpartition(' ')[2].strip('<>') == 'billing@northwind.example'


@pytest.mark.parametrize(
    ('name', 'shown'),
    [
        ('Müller, Anna', 'Müller, Anna'),
        ('Anna "the Boss" Keller', 'Anna "the Boss" Keller'),
        ('Anna\r\nBcc: eve@example.com', 'Anna Bcc: eve@example.com'),
        ('Anna <eve@example.com>', 'Anna <eve@example.com>'),
        ('陈' * 60, '陈' * 60),
        ('x' * 10_000, 'x' * 63 + '…'),
        ('=?utf-8?q?eve?=', '= ?utf-8?q?eve?='),
        ('', ''),
    ],
)
def test_a_reader_sees_the_name_as_it_is_written(name: str, shown: str) -> None:
    """MAIL-03: decoded as RFC 2047 has it."""
    head = raw_headers(sent(to_name=name))['To'].rpartition('<')[0].strip()
    decoded = str(make_header(decode_header(head)))
    assert decoded.strip('"').replace('\\"', '"') == shown


@pytest.mark.parametrize(
    ('email', 'wire'),
    [
        ('anna@bücher.example', 'anna@xn--bcher-kva.example'),
        ('anna@straße.example', 'anna@xn--strae-oqa.example'),
        ('anna@ACME.example', 'anna@acme.example'),
        ('jörg@bücher.example', 'jörg@xn--bcher-kva.example'),
    ],
)
def test_domains_go_over_the_wire_in_ascii(email: str, wire: str) -> None:
    """MAIL-01: RFC 5891; ß is not ss, which would be somebody else's domain."""
    found = sent(to_email=email)
    assert found.recipient == wire
    assert f'<{wire}>'.encode() in found.message


@pytest.mark.parametrize(
    'email',
    [
        'anna',
        '@acme.example',
        'anna@',
        'anna@acme.example, eve@example.com',
        'anna@acme.example\r\nBcc: eve@example.com',
        'anna keller@acme.example',
        '<anna@acme.example>',
        f'anna@{"x" * 64}ü.example',
    ],
)
def test_what_is_not_one_address_is_refused(email: str) -> None:
    """MAIL-01: before the server hears of it."""
    with pytest.raises(ValueError, match=r'address'):
        sent(to_email=email)
