"""Configuration files that cannot be used: each is refused by place and rule, with every problem."""

import json
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.mail.templates import TEMPLATES, shipped
from portal_app.services.configuration_reading import LARGEST, MOST_SHOWN, ConfigurationRefused, read
from portal_app.services.portal_objects import PORTAL_OBJECTS
from tests.configuration_files import Found, a_picture, written
from tests.odd_pictures import SIGNATURE, SVG, chunk, jpeg, png

Spoil = Callable[[Found], object]


def good() -> Found:
    """A file in which nothing is wrong."""
    tabs = {
        key: {'enabled': True, 'fields': {field.name: True for field in listing.columns}}
        for key, listing in PORTAL_OBJECTS.items()
    }
    return {
        'format': 1,
        'portal': {
            'subdomain': 'northwind',
            'brand_colour': '#0f5c4d',
            'logo': a_picture(png()),
            'banner': None,
            'tabs': tabs,
            'billing': {
                'subscription_changes': ['cancel', 'quantity'],
                'bills_changes': False,
                'part_payments': True,
                'retry_days': [1, 4],
                'billing_email': 'billing@northwind.example.com',
                'payment_note': 'IBAN',
            },
        },
        'roles': [
            {'name': 'Support', 'grants': ['customers:view']},
            {'name': 'Billing', 'grants': ['billing_records:edit']},
        ],
        'templates': {key: asdict(shipped(key)) for key in TEMPLATES},
    }


def problems(content: bytes) -> list[str]:
    """What is wrong with a file."""
    with pytest.raises(ConfigurationRefused) as refused:
        read(content)
    assert refused.value.message == '\n'.join(refused.value.problems)
    return refused.value.problems


def put(*path: str | int, to: Any) -> Spoil:
    """Write something else at a place of a file."""

    def spoil(found: Any) -> None:
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = to

    return spoil


def drop(*path: str | int) -> Spoil:
    """Leave something out."""

    def spoil(found: Any) -> None:
        for step in path[:-1]:
            found = found[step]
        del found[path[-1]]

    return spoil


TAB = ('portal', 'tabs', 'usage')
BILLING, SOME = ('portal', 'billing'), 'must be some of quantity, plan, cancel, resume'
INVOICE = ('templates', 'invoice')
LONG = 'x' * 3_000
WRONG: list[tuple[Spoil, str]] = [
    (drop('format'), 'format: must be 1, which this release reads (it is missing).'),
    (put('format', to=2), 'format: must be 1, which this release reads (got the number 2).'),
    (put('format', to=True), 'format: must be 1, which this release reads (got true).'),
    (put('format', to=1.0), 'format: must be 1, which this release reads (got the number 1.0).'),
    (put('format', to='1'), 'format: must be 1, which this release reads (got the text "1").'),
    (put('extra', to=1), 'extra: is not known here.'),
    (put('a key\nwith a line', to=1), '["a key\\nwith a line"]: is not known here.'),
    (put('é' * 100, to=1), '["' + '\\u00e9' * 60 + '\\u2026"]: is not known here.'),
    (put('portal', to=[]), 'portal: must be an object ({…}) (got a list).'),
    (put('portal', 'secret', to=1), 'portal.secret: is not known here.'),
    (drop('portal', 'logo'), 'portal.logo: is missing.'),
    (drop('portal', 'tabs'), 'portal.tabs: is missing.'),
    (put('portal', 'subdomain', to=None), 'portal.subdomain: must be a text (got null).'),
    (
        put('portal', 'subdomain', to='North-Wind'),
        'portal.subdomain: Subdomain must have lowercase letters and digits only.',
    ),
    (
        put('portal', 'subdomain', to='admin'),
        'portal.subdomain: Subdomain must not be “admin”, which is reserved.',
    ),
    (
        put('portal', 'subdomain', to='x' * 64),
        'portal.subdomain: Subdomain must have at most 63 characters (got 64).',
    ),
    (
        put('portal', 'brand_colour', to='green'),
        "portal.brand_colour: must be a HEX colour such as #0f5c4d (got 'green').",
    ),
    (
        put('portal', 'brand_colour', to=0x0F5C4D),
        'portal.brand_colour: must be a text (got the number 1006669).',
    ),
    (put('portal', 'logo', to='logo.png'), 'portal.logo: must be an object ({…}) (got the text "logo.png").'),
    (drop('portal', 'logo', 'content'), 'portal.logo.content: is missing.'),
    (put('portal', 'logo', 'name', to='a.png'), 'portal.logo.name: is not known here.'),
    (put('portal', 'logo', 'content', to='not base64!'), 'portal.logo.content: must be Base64.'),
    (put('portal', 'logo', 'content', to='é'), 'portal.logo.content: must be Base64.'),
    (put('portal', 'logo', 'content', to=''), 'portal.logo.content: Your logo is empty.'),
    (
        put('portal', 'logo', to=a_picture(SVG)),
        'portal.logo.content: Your logo is an SVG drawing; it must be a JPEG, PNG or GIF.',
    ),
    (
        put('portal', 'logo', to=a_picture(png((412, 90)))),
        'portal.logo.content: Your logo is 412 x 90 px; the most is 200 x 70 px.',
    ),
    (
        put('portal', 'banner', to=a_picture(png()[:-30])),
        'portal.banner.content: Your banner image is damaged or not complete.',
    ),
    (
        put('portal', 'logo', to=a_picture(jpeg())),
        'portal.logo.content_type: must be image/jpeg, which the content is (got "image/png").',
    ),
    (
        put('portal', 'tabs', 'usgae', to={'enabled': True, 'fields': {}}),
        f'portal.tabs.usgae: is no portal object; they are {", ".join(PORTAL_OBJECTS)}.',
    ),
    (put(*TAB, to=True), 'portal.tabs.usage: must be an object ({…}) (got true).'),
    (
        put(*TAB, 'enabled', to='yes'),
        'portal.tabs.usage.enabled: must be true or false (got the text "yes").',
    ),
    (put(*TAB, 'enabled', to=1), 'portal.tabs.usage.enabled: must be true or false (got the number 1).'),
    (put(*TAB, 'order', to=3), 'portal.tabs.usage.order: is not known here.'),
    (drop(*TAB, 'fields'), 'portal.tabs.usage.fields: is missing.'),
    (
        put(*TAB, 'fields', 'unit', to=None),
        'portal.tabs.usage.fields.unit: must be true or false (got null).',
    ),
    (
        put(*TAB, 'fields', 'colour', to=True),
        'portal.tabs.usage.fields.colour: is no field of Usage; they are event_type, unit, quantity, events.',
    ),
    (
        put(*TAB, 'fields', to=dict.fromkeys(('event_type', 'unit', 'quantity', 'events'), False)),
        'portal.tabs.usage.fields: needs at least one that is true; “enabled” false hides all of it.',
    ),
    (put('roles', to={}), 'roles: must be a list ([…]) (got an object).'),
    (put('roles', 0, to='Support'), 'roles[0]: must be an object ({…}) (got the text "Support").'),
    (put('roles', 1, 'built_in', to=True), 'roles[1].built_in: is not known here.'),
    (put('roles', 1, 'name', to=' '), 'roles[1].name: name must not be empty.'),
    (put('roles', 1, 'name', to='x' * 61), 'roles[1].name: name must have at most 60 characters (got 61).'),
    (
        put('roles', 1, 'name', to='a\x00b'),
        'roles[1].name: name must not contain line breaks or other control characters.',
    ),
    (
        put('roles', 1, 'name', to='read ONLY'),
        'roles[1].name: "read ONLY" is a built-in role, which no file can change.',
    ),
    (put('roles', 1, 'grants', to='all'), 'roles[1].grants: must be a list ([…]) (got the text "all").'),
    (
        put('roles', 1, 'grants', to=['customers:view', 'customers:fly']),
        'roles[1].grants[1]: there is no grant "customers:fly"; one looks like customers:view.',
    ),
    (put('roles', 1, 'grants', to=[7]), 'roles[1].grants[0]: must be a text (got the number 7).'),
    (
        put('roles', 1, 'grants', to=[LONG]),
        f'roles[1].grants[0]: there is no grant "{"x" * 60}\\u2026"; one looks like customers:view.',
    ),
    (
        put('templates', 'welcome', to=asdict(shipped('invoice'))),
        f'templates.welcome: is no email template; they are {", ".join(TEMPLATES)}.',
    ),
    (drop(*INVOICE, 'enabled'), 'templates.invoice.enabled: is missing.'),
    (put(*INVOICE, 'html', to=''), 'templates.invoice.html: is not known here.'),
    (put(*INVOICE, 'body', to=['a']), 'templates.invoice.body: must be a text (got a list).'),
    (put(*INVOICE, 'subject', to=''), 'templates.invoice.subject: must not be empty.'),
    (
        put(*INVOICE, 'subject', to='x' * 201),
        'templates.invoice.subject: must have at most 200 characters (got 201).',
    ),
    (
        put(*INVOICE, 'instructions', to='Hello\n{% if customer %}'),
        'templates.invoice.instructions: line 2: {% if … %} is not closed; {% endif %} is missing.',
    ),
    (
        put('templates', 'reset-password', 'enabled', to=False),
        'templates.reset-password.enabled: must be true; “Reset Password” cannot be disabled.',
    ),
    (
        put(*INVOICE, 'body', to='half \ud800'),
        'templates.invoice.body: has half a character (a lone surrogate), which cannot be stored.',
    ),
    (put('\udfff', to=1), '["\\udfff"]: has half a character (a lone surrogate), which cannot be stored.'),
    (drop(*BILLING, 'retry_days'), 'portal.billing.retry_days: is missing.'),
    (
        put(*BILLING, 'subscription_changes', to=['upgrade']),
        f"portal.billing.subscription_changes: Subscription changes {SOME} (got 'upgrade').",
    ),
    (
        put(*BILLING, 'retry_days', to=[1.5]),
        'portal.billing.retry_days[0]: must be a whole number (got the number 1.5).',
    ),
    (
        put(*BILLING, 'retry_days', to=[0]),
        'portal.billing.retry_days: Retry days must each be between 1 and 60.',
    ),
    (
        put(*BILLING, 'billing_email', to='a@b.de, c@d.de'),
        'portal.billing.billing_email: email must hold exactly one address; it holds 2: a@b.de, c@d.de.',
    ),
]


def test_a_good_file_is_good() -> None:
    """SET: what the others spoil."""
    assert read(written(good())).to_bytes() == read(written(good())).to_bytes()
    assert read(b'\xef\xbb\xbf' + written(good()))  # as some editors write UTF-8


@pytest.mark.parametrize(('spoil', 'words'), WRONG, ids=[words[:60] for _, words in WRONG])
def test_a_spoilt_file_is_refused_by_place_and_rule(spoil: Spoil, words: str) -> None:
    """SET: and by nothing else, where only one thing is wrong."""
    found = good()
    spoil(found)
    said = problems(written(found))
    assert words in said
    assert len(said) == 1 or 'lone surrogate' in words


DEEP = 200_000
NOT_JSON: list[tuple[bytes, str]] = [
    (b'', 'Line 1, column 1: not JSON (Expecting value).'),
    (b'{"format": 1,}', 'Line 1, column 14: not JSON ('),
    (b'{"format": 1}\n{}', 'Line 2, column 1: not JSON (Extra data).'),
    (b'[]', 'The file must hold one JSON object ({…}).'),
    (b'"text"', 'The file must hold one JSON object ({…}).'),
    (b'null', 'The file must hold one JSON object ({…}).'),
    (b'{"format": NaN}', 'The file is not JSON that can be read: NaN is not a JSON number.'),
    (b'{"format": -Infinity}', 'The file is not JSON that can be read: -Infinity is not a JSON number.'),
    (b'{"format": ' + b'9' * 5_000 + b'}', 'The file is not JSON that can be read: Exceeds the limit'),
    (b'{"format": 1e999}', 'format: must be 1, which this release reads (got a large number).'),
    (b'\x89PNG\r\n\x1a\n', 'The file must be UTF-8 text; byte 1 is not.'),
    ('{"format": 1}'.encode('utf-16'), 'The file must be UTF-8 text; byte 1 is not.'),
    (b'{"format": 1, "portal": ' + b'[' * DEEP + b']' * DEEP + b'}', 'The file is nested too deeply.'),
    (b'{"a":' * DEEP + b'1' + b'}' * DEEP, 'The file is nested too deeply.'),
    (b' ' * (LARGEST + 1), 'The file must have at most 10,000,000 bytes.'),
    (b'{"format": 1, "roles": [' + b'{},' * 30_000 + b'{}]}', 'The file must hold at most 20,000 values.'),
    (b'{"format": 1' + b',"a":1' * 50_000 + b'}', 'a: is there twice.'),
    (b'{"format": 1, "format": 1}', 'format: is there twice.'),
    (b'{"format": 1, "portal": {"tabs": {"usage": {}, "usage": {}}}}', 'portal.tabs.usage: is there twice.'),
    (b'{"format": 1, "roles": [{"name": "a", "name": "b", "grants": []}]}', 'roles[0].name: is there twice.'),
]


@pytest.mark.parametrize(('content', 'words'), NOT_JSON, ids=[words[:60] for _, words in NOT_JSON])
def test_what_is_no_such_file_at_all_is_refused_at_once(content: bytes, words: str) -> None:
    """SET: also what would make a careless reader fall over or wait."""
    began = monotonic()
    assert any(said.startswith(words) for said in problems(content))
    assert monotonic() - began < 5


def test_every_problem_is_said_and_not_only_the_first() -> None:
    """SET: of every part, in the order of the file's parts."""
    found = good()
    for spoil, _ in (WRONG[16], WRONG[19], WRONG[30], WRONG[45], WRONG[53], WRONG[5]):
        spoil(found)
    assert [said.partition(':')[0] for said in problems(written(found))] == [
        'portal.brand_colour',
        'portal.logo.content',
        'portal.tabs.usage.enabled',
        'roles[1].grants[1]',
        'templates.invoice.subject',
        'extra',
    ]


def test_of_many_problems_the_first_are_shown_and_the_rest_counted() -> None:
    """SET."""
    said = problems(written(good() | {f'key{number}': 1 for number in range(1_234)}))
    assert len(said) == MOST_SHOWN + 1
    assert said[-1] == '… and 1,214 more.'


def test_two_roles_of_one_name_are_refused_also_in_other_letters() -> None:
    """SET-10."""
    found = good()
    found['roles'][1]['name'] = ' SUPPORT'
    assert problems(written(found)) == [
        'roles[0].name: "Support" is there 2 times.',
        'roles[1].name: "SUPPORT" is there 2 times.',
    ]


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_head() -> None:
    """SET-03: a decompression bomb in a file."""
    head = struct.pack('>IIBBBBB', 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = SIGNATURE + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(bytes(100_000))) + chunk(b'IEND')
    found = good()
    found['portal']['logo'] = a_picture(bomb)
    (said,) = problems(written(found))
    assert 'a picture of more than 40 million pixels is not read' in said


def test_a_file_is_json_as_others_write_it() -> None:
    """SET: spaces, escapes and the order of keys do not matter."""
    found = good()
    turned = json.dumps(dict(reversed(found.items())), indent=8).encode('ascii')
    assert read(turned).to_bytes() == read(written(found)).to_bytes()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_wherever_is_taken_or_refused_in_words(data: st.DataObject) -> None:
    """SET: no file makes the reader itself fail."""
    found = good()
    place: Any = found
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        step = data.draw(st.sampled_from(keys))
        if not (isinstance(place[step], dict | list) and place[step] and data.draw(st.booleans())):
            break
        place = place[step]
    place[step] = data.draw(ANYTHING)
    with suppress(ConfigurationRefused):
        assert read(written(found)).format == 1
