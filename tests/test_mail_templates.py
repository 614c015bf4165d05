"""The mails themselves: what they say, how they look, and what no template and no value can do."""

import string
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from PIL import Image

from portal_app.branding import READABLE, contrast
from portal_app.mail.checks import LONGEST, TemplateRefused, check, problems
from portal_app.mail.logo import for_screen, logo
from portal_app.mail.look import Look
from portal_app.mail.render import LONGEST_SUBJECT, SAFE_TARGET, Rendered, render, rendered_subject
from portal_app.mail.template_kinds import TemplateKind
from portal_app.mail.templates import TEMPLATES, Draft, shipped
from portal_app.models import EmailTemplateVersion
from portal_app.services.email_templates import new_version

LOOK = Look('Northwind', '#0f5c4d')
INVITATION = TEMPLATES['portal-invitation']
REGISTER = '[REGISTER]({{ register_link }})\n'
every_template = pytest.mark.parametrize('kind', TEMPLATES.values(), ids=TEMPLATES)


class Parts(HTMLParser):
    """The tags of a mail with their attributes, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or '' for name, value in attrs}
        if tag == 'a' and 'href' in given:
            self.links.append(given.pop('href'))
        given.pop('aria-label', None)  # the subject, which holds values
        self.tags.append((tag, given))


def version(kind: TemplateKind = INVITATION, **changes: str) -> EmailTemplateVersion:
    return new_version(kind, 1, replace(shipped(kind.key), **changes))


def mail(
    kind: TemplateKind = INVITATION, values: Mapping[str, str] | None = None, **changes: str
) -> Rendered:
    return render(version(kind, **changes), {**kind.examples(), **(values or {})}, LOOK)


def refusal(kind: TemplateKind = INVITATION, **changes: str) -> str:
    """What is wrong with the shipped text once it is changed like this."""
    with pytest.raises(TemplateRefused) as refused:
        check(kind, replace(shipped(kind.key), **changes))
    return refused.value.message


@every_template
def test_what_is_shipped_can_be_sent(kind: TemplateKind) -> None:
    """SET-08: each of them passes its own check, and names nothing that is not put in."""
    assert problems(kind, shipped(kind.key)) == ()
    rendered = mail(kind)
    for text in (rendered.subject, rendered.text, rendered.html):
        assert not [sign for sign in ('{{', '{%', 'qzvalue', 'qzlink') if sign in text]


@pytest.mark.parametrize(
    ('key', 'button', 'link'),
    [
        ('portal-invitation', 'REGISTER', '/portal/link/example'),
        ('access-granted', 'LOGIN HERE', '/portal/login'),
        ('reset-password', 'RESET PASSWORD', '/portal/link/example'),
        ('email-confirmation', 'CONFIRM EMAIL ADDRESS', '/portal/link/example'),
        ('invoice', 'PAY NOW', '/pay/example'),
        ('staff-invitation', 'JOIN', '/admin/link/example'),
        ('subscription-changed', 'OPEN THE SUBSCRIPTION', '/admin/subscriptions/SUB-000042'),
        ('subscription-confirmation', 'SEE THE SUBSCRIPTION', '/portal/C1001/subscriptions?record=42'),
    ],
)
def test_each_mail_has_its_button_and_a_text_twin_with_the_same_link(
    key: str, button: str, link: str
) -> None:
    """MAIL-03."""
    rendered, target = mail(TEMPLATES[key]), f'https://portal.example.com{link}'
    assert f'>{button}</a>' in rendered.html
    assert target in Parts(rendered.html).links
    assert f'\n{button}: {target}\n' in rendered.text
    assert f'browser:\n<br>{target}' in rendered.html.replace(
        '<br>https://portal.example.com/portal/link/example<br>', '<br>'
    )


def test_anna_is_invited_in_the_specified_words() -> None:
    """ACC-02, ACC-04: whose portal, and until when."""
    rendered = mail(values={'organization': 'Northwind', 'expires': '27 November 2026, 10:15 UTC'})
    assert "You have been invited to register on Northwind's portal" in rendered.text
    assert 'valid for 72 hours and expires on 27 November 2026, 10:15 UTC' in rendered.text


def test_a_first_step_sets_a_password_only_for_who_has_none() -> None:
    """ACC-07."""
    kind = TEMPLATES['access-granted']
    for text in (mail(kind).text, mail(kind).html):
        assert 'SET A PASSWORD' in text
    values = {name: value for name, value in kind.examples().items() if name != 'password_link'}
    without = render(version(kind), values, LOOK)
    for text in (without.text, without.html):
        assert 'SET A PASSWORD' not in text
        assert 'LOGIN HERE' in text


def test_an_invoice_leads_to_pay_now_and_to_the_login_page() -> None:
    """SET-08."""
    links = Parts(mail(TEMPLATES['invoice']).html).links
    assert links[:2] == ['https://portal.example.com/pay/example', 'https://portal.example.com/portal/login']


def test_a_mail_says_who_sends_it_why_and_whom_to_ask() -> None:
    """MAIL-03: in HTML as in plain text; without a support address there is no such line."""
    rendered = mail(instructions='Our office is **closed** on 24 December.')
    assert 'Our office is <strong>closed</strong> on 24 December.' in rendered.html
    for text in (rendered.html, rendered.text):
        assert 'because we have invited you to our customer portal.' in text
        assert 'support@example.com' in text
    assert 'Our office is closed on 24 December.' in rendered.text
    assert 'Questions?' not in mail(values={'support_email': ''}).text


def test_markdown_reads_well_as_plain_text() -> None:
    """MAIL-03: lists, quotes, tables and links within a sentence."""
    body = REGISTER + (
        '# News\n\n1. one\n2. two\n   - in\n   - it\n\n> said\n> so\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |'
        '\n\nSee [our *help*](https://help.example.com) or <https://x.example>\nnow.\n\n```\ncode\n```'
    )
    assert mail(body=body).text.partition('\n\nQuestions?')[0] == (
        'REGISTER: https://portal.example.com/portal/link/example\n\nNews\n\n1. one\n2. two\n   - in\n   - it'
        '\n\n> said\n> so\n\n--------------------\n\na | b\n1 | 2\n\n'
        'See our help (https://help.example.com) or https://x.example\nnow.\n\ncode'
    )


def test_styles_are_inline_and_those_for_phone_and_dark_mode_stay() -> None:
    """MAIL-03."""
    html = mail().html
    assert '<p style="margin: 0 0 18px;">Hello' in html
    assert html.count('<style') == 1
    for rule in (
        '@media (max-width: 480px)',
        '@media (prefers-color-scheme: dark)',
        'color-scheme: light dark',
    ):
        assert rule in html
    assert html.index('charset="utf-8"') < 200
    assert '<html lang="en"' in html
    tables = [given for tag, given in Parts(html).tags if tag == 'table']
    assert tables
    assert all(given['role'] == 'presentation' for given in tables)


@pytest.mark.parametrize('colour', ['#0f5c4d', '#ffe100', '#000000', '#ffffff', '#808080', '#ff0000'])
def test_buttons_and_links_can_be_read_in_every_colour(colour: str) -> None:
    """MAIL-03: 4.5 to 1, light and dark."""
    html = render(version(), INVITATION.examples(), Look('Northwind', colour)).html
    style = next(given['style'] for tag, given in Parts(html).tags if given.get('class') == 'button')
    light = dict(rule.split(': ', 1) for rule in style.rstrip(';').split(';'))
    assert contrast(light['color'], light['background-color']) >= READABLE
    dark = html.partition('a.button { ')[2].partition('}')[0]
    ground, ink = (dark.partition(f'{name}: ')[2][:7] for name in ('background-color', ' color'))
    assert contrast(ink, ground) >= READABLE
    assert contrast(html.partition('  a { color: ')[2][:7], '#1a1e25') >= READABLE


@pytest.mark.parametrize('name', ['Northwind', 'Žižkov', 'Москва', '— 3M —', '', '日本'])
def test_the_logo_is_a_picture_of_the_initial(name: str) -> None:
    """MAIL-03: inline, made without a network, also where no font has the letter."""
    content_type, picture = logo(Look(name, '#ffe100'))
    assert content_type == 'image/png'
    with Image.open(BytesIO(picture)) as image:
        assert (image.format, image.size) == ('PNG', (120, 120))
        assert len(image.convert('RGB').getcolors(99_999) or ()) > 2
    assert 'src="cid:logo"' in mail().html
    assert 'src="data:image/png;base64,' in for_screen(mail().html, LOOK)


@pytest.mark.parametrize(
    ('body', 'reason'),
    [
        ('{{ custmer }}', 'body, line 2: there is no variable "custmer"; did you mean "customer"?'),
        ('a\n\n{{ x }}', 'body, line 4: there is no variable "x". There are: customer, contact_name'),
        ('{% for x in customer %}{% endfor %}', 'line 2: a loop ({% for %}) is not possible'),
        ('{{ customer.__class__ }}', 'line 2: looking into a value (with a dot) is not possible'),
        ("{{ customer['x'] }}", 'looking into a value (with brackets)'),
        ('{{ customer|attr("__class__") }}', 'there is no filter "attr"'),
        ('{{ customer|uper }}', 'there is no filter "uper"; did you mean "upper"?'),
        ('{{ customer|upper(1) }}', 'only the filter "default" takes a text'),
        ('{{ customer|default(contact_name) }}', 'only the filter "default" takes a text'),
        ('{{ customer() }}', 'a call is not possible'),
        ('{{ cycler }}', 'there is no variable "cycler"'),
        ('{{ _held }}', 'there is no variable "_held"'),
        ('{{ 9**9**9 }}', 'arithmetic is not possible'),
        ('{{ -customer }}', 'arithmetic is not possible'),
        ('{{ customer ~ customer }}', 'joining (“~”) is not possible'),
        ('{{ [customer] }}', 'a list is not possible'),
        ('{{ customer is defined }}', 'a test (“is”) is not possible'),
        ('{% if customer > 3 %}{% endif %}', 'compares with == and != only'),
        ('{% set x = 1 %}', '{% set %} is not possible'),
        ('{% include "layout.html" %}', '{% include %} is not possible'),
        ('{% import "x" as y %}', '{% import %} is not possible'),
        ('{% macro x() %}{% endmacro %}', '{% macro %} is not possible'),
        ('{% autoescape false %}{% endautoescape %}', '{% autoescape %} is not possible'),
        ('{% foo %}', 'line 2: there is no {% foo %}'),
        ('{% if customer %}', 'line 2: {% if … %} is not closed; {% endif %} is missing.'),
        ('\n{% endif %}', 'line 3: {% endif %} stands alone'),
        ('{{ customer', 'something is not closed'),
        ('{{ customer } }', '“}” does not belong there'),
        ('{{ customer name }}', 'does not belong'),
        ('[x](javascript:alert(1))', 'line 2: a link must begin with https://, http:// or mailto:'),
        ('a\n[x](data:text/html,x)', 'line 3: a link must begin with'),
        ('[x][1]\n\n[1]: vbscript:x', 'line 2: a link must begin with'),
        ('{% if customer %}\n[x](file:///etc/passwd)\n{% endif %}', 'line 3: a link must begin with'),
        ('[x]({{ customer }})', 'a link cannot lead to {{ customer }}, only to register_link'),
        ('[x](https://{{ customer }}/)', 'the server in the target of a link must be written out'),
        ('[x]({{ portal_url }}{{ customer }})', 'after {{ portal_url }}'),
        ('[x](https://evil.example/?{{ register_link }})', 'line 2: {{ register_link }} cannot be a part of'),
        ('[x](<https://evil.example/? {{ register_link|upper }}>)', 'cannot be a part of another address'),
        ('[x]\n\n[x]: https://evil.example/{{ register_link }}', 'cannot be a part of another address'),
        ('[x]({{ portal_url }}/?{{ register_link }})', 'cannot be a part of another address'),
        ('[x](mailto:eve@evil.example?body={{ register_link }})', 'cannot be a part of another address'),
        ('\nwww.evil.example/{{ customer }}{{ register_link }}', 'line 3: {{ register_link }} cannot be'),
        ('a\x00', 'line 2: there is a character that cannot be seen (U+0000)'),
        ('a\u202eb', 'a character that cannot be seen (U+202E)'),
        ('a\ud800', 'a character that cannot be seen (U+D800)'),
        ('x' * LONGEST['body'], 'must have at most 20,000 characters (got 20,'),
    ],
)
def test_a_template_that_may_not_be_is_refused_with_line_and_reason(body: str, reason: str) -> None:
    """SET-08."""
    assert reason in refusal(body=REGISTER + body)


@pytest.mark.parametrize(
    'body',
    [
        '{% if ' + '(' * 5_000 + '1' + ')' * 5_000 + ' %}{% endif %}',
        '{{ ' + 'not ' * 4_000 + '1 }}',
        '{% if customer %}' * 500 + '{% endif %}' * 500,
        '{% if customer %}' + '{% elif customer %}' * 900 + '{% endif %}',
        '{{ ' + 'customer or ' * 1_500 + '1 }}',
        '{{ ' + '1' * 15_000 + ' }}',
        '{{' * 9_000,
    ],
    ids=['brackets', 'not', 'if', 'elif', 'or', 'digits', 'braces'],
)
def test_what_nests_without_end_is_refused_and_breaks_nothing(body: str) -> None:
    """SET-08."""
    reason = refusal(body=REGISTER + body)
    assert 'nested too deeply' in reason or 'a number that is too long' in reason


@pytest.mark.parametrize('sign', ['[', '*', '>', '- ', '`', '![](', '<', '_a', '[a](', '|a', '\\', '&', '#'])
def test_no_heap_of_signs_keeps_the_server_busy(sign: str) -> None:
    """SET-08: the longest body of the worst signs is read in well under a second."""
    body = (REGISTER + sign * 20_000)[:20_000]
    assert problems(INVITATION, replace(shipped(INVITATION.key), body=body)) == ()
    assert mail(body=body).html


@pytest.mark.parametrize(
    ('subject', 'reason'),
    [
        ('', 'subject: must not be empty.'),
        ('{% if not customer %}x{% endif %}', 'subject: must not be empty.'),
        ('Hello\nBcc: eve@evil.example', 'subject: must be one line.'),
        ('Hello\rBcc: eve@evil.example', 'subject: must be one line.'),
        ('{{ register_link }}', 'a subject cannot hold a link'),
        ('{{ custmer }}', 'subject: there is no variable "custmer"; did you mean "customer"?'),
        ('x' * 201, 'subject: must have at most 200 characters (got 201).'),
    ],
)
def test_a_subject_is_one_line_without_links(subject: str, reason: str) -> None:
    """SET-08."""
    assert reason in refusal(subject=subject)


@pytest.mark.parametrize(
    'address',
    [
        'billing',
        'a@b.example, c@d.example',
        'Billing <a@b.example>',
        'a@b.example\r\nBcc: eve@evil.example',
        '"a b"@c.example',
        'ä@b.example',
        'a@localhost',
    ],
)
def test_a_reply_to_is_one_address(address: str) -> None:
    """SET-08."""
    assert refusal(reply_to=address).startswith('reply-to: must be')
    assert problems(INVITATION, replace(shipped(INVITATION.key), reply_to='billing@bücher.example')) == ()


@every_template
def test_a_mail_without_its_link_is_refused(kind: TemplateKind) -> None:
    """SET-08: nobody could get in. A link that is shown but leads nowhere is none."""
    body = 'Hello ' + ' '.join(f'{{{{ {name} }}}}' for name in kind.needed_links)
    assert f'body: must have a link to {{{{ {kind.needed_links[0]} }}}}' in refusal(kind, body=body)


def test_each_field_has_its_own_problem() -> None:
    """SET-08: all are told at once."""
    told = refusal(
        subject='', body='{{ x }}', reply_to='x', support_contact='{{ y }}', instructions='\n{{ z }}'
    )
    assert [line.partition(': ')[0] for line in told.split('\n')] == [
        'subject',
        'body, line 1',
        'reply-to',
        'support contact',
        'additional instructions, line 2',
    ]


def test_filters_and_conditions_do_what_they_say() -> None:
    """SET-08."""
    body = REGISTER + (
        '{{ customer|upper }} {{ support_email|default("nobody") }} '
        '{% if customer == "Acme" and not support_email %}yes{% else %}no{% endif %} {{ "<b>" }}'
    )
    rendered = mail(values={'customer': 'Acme', 'support_email': ''}, body=body)
    assert 'ACME nobody yes <b>' in rendered.text
    assert 'ACME nobody yes &lt;b&gt;' in rendered.html


def test_html_that_staff_write_is_shown_and_not_obeyed() -> None:
    """SET-08: staff write Markdown."""
    rendered = mail(body=REGISTER + '<script>alert(1)</script> <img src=x>')
    assert {'script', 'img'} & {tag for tag, _ in Parts(rendered.html).tags} == {'img'}  # the logo
    assert 'src=x' not in str(Parts(rendered.html).tags)
    assert '<script>alert(1)</script>' in rendered.text


def test_what_was_not_given_is_never_left_out_in_silence() -> None:
    """MAIL-01: a mail without its link must not go out."""
    values = {name: value for name, value in INVITATION.examples().items() if name != 'register_link'}
    with pytest.raises(UndefinedError, match='register_link'):
        render(version(), values, LOOK)


def test_a_name_of_10_000_characters_fits() -> None:
    """MAIL-03: the subject stays short."""
    subject = rendered_subject(
        INVITATION.key, 'For {{ customer }}', INVITATION.examples() | {'customer': 'x' * 10_000}
    )
    assert (len(subject), subject[-1]) == (LONGEST_SUBJECT, '…')
    assert mail(values={'customer': 'x' * 10_000}).text


NASTY = st.one_of(
    st.text(),
    st.text(alphabet='<>&"\'{}[]()*_`!#|\\/:=@ \r\n\t\0\u2028' + 'qzvaluelink0'),
    st.sampled_from(
        [
            '<script>alert(1)</script>',
            '"><a href="https://evil.example">',
            '[x](https://evil.example)',
            '<https://evil.example>',
            'Eve\r\nBcc: eve@evil.example',
            '{{ register_link }}',
            'qzvalue0zq',
            ' href="qzlink0zq"',
            '**x**',
            '\n\n# x',
        ]
    ),
)


@settings(deadline=None, max_examples=150)
@given(kind=st.sampled_from([*TEMPLATES.values()]), given_values=st.lists(NASTY, min_size=8, max_size=8))
def test_no_value_adds_a_tag_a_link_or_a_header(kind: TemplateKind, given_values: list[str]) -> None:
    """SET-08, MAIL-03: the mail has the parts that its template gives it, whatever people are called."""
    names = [each.name for each in kind.variables if not each.is_link and not each.optional]
    usual, nasty = mail(kind), mail(kind, dict(zip(names, given_values, strict=False)))
    assert Parts(nasty.html).tags == Parts(usual.html).tags
    assert Parts(nasty.html).links == Parts(usual.html).links
    assert nasty.text.count('\n') == usual.text.count('\n')
    assert nasty.subject.isprintable() or not set(nasty.subject) & set('\r\n\0\u2028\u2029\x85')
    assert '\r' not in nasty.text


@settings(deadline=None, max_examples=100)
@given(
    address=NASTY
    | st.sampled_from(['javascript:alert(1)', ' https://x', 'HTTPS://X', 'a@b?bcc=c@d', '//x', ''])
)
def test_a_link_leads_to_the_web_or_to_an_address_or_nowhere(address: str) -> None:
    """SET-08: whatever the value that it is made of."""
    values = {'register_link': address, 'support_email': address}
    body = REGISTER + '[a](mailto:{{ support_email }}) [b](https://x.example/?q={{ support_email }})'
    found = Parts(mail(values=values, body=body).html).links
    assert all(SAFE_TARGET.match(link) for link in found)
    for link in found:
        assert not link.startswith('mailto:') or '?' not in link
    assert [link for link in found if link.startswith('https://x.example/?q=')]


JINJA = (
    '{{ ',
    ' }}',
    '{% if ',
    ' %}',
    '{% endif %}',
    '{% else %}',
    '{% raw %}',
    '{% endraw %}',
    '{#',
    '#}',
    '{%- ',
)
WORDS = (
    'customer',
    'register_link',
    'expires|upper',
    ' == ',
    '"x"',
    'not ',
    '(',
    ')',
    '1',
    ' -%}',
    'qzvalue3zq',
)
SIGNS = (
    '\n',
    '\n\n',
    '- ',
    '> ',
    '`',
    '**',
    '<',
    '|',
    '&amp;',
    '\\',
    '![',
    '[a](',
    'https://a.b',
    'é',
    '\t',
    REGISTER,
)
PIECES = st.sampled_from(JINJA + WORDS + SIGNS) | st.text(string.printable, max_size=3)


@settings(deadline=None, max_examples=300)
@given(pieces=st.lists(PIECES, max_size=25))
def test_every_text_is_refused_or_can_be_sent(pieces: list[str]) -> None:
    """SET-08: whatever staff type, the check never fails, and what it lets through never does either."""
    body = REGISTER + ''.join(pieces)
    for draft in (Draft(subject='x', body=body), Draft(subject=''.join(pieces), body=REGISTER)):
        if problems(INVITATION, draft) == ():
            for values in (INVITATION.examples(), {variable.name: '' for variable in INVITATION.variables}):
                assert render(new_version(INVITATION, 1, draft), values, LOOK).html
