"""PDF documents as files: for screen readers, page by page, with odd texts, and always the same (POR-05)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from portal_app import documents
from portal_app.documents import Party, credit_memo_pdf, invoice_pdf, receipt_pdf, statement_pdf
from tests.sheets import (
    ACME,
    DAY,
    SELLER,
    credit_memo,
    invoice,
    letters,
    line,
    pages,
    receipt,
    squeezed,
    statement,
    tags,
    text,
)

FOLDER = Path(documents.__file__).parent
MOST = 10**15
MM = 72 / 25.4  # points
EACH: dict[str, Callable[[], bytes]] = {
    'Invoice INV-2041': lambda: invoice_pdf(invoice(pay_url='https://pay.example/1', note='Thanks')),
    'Receipt PAY-3001': lambda: receipt_pdf(receipt()),
    'Statement ST-1001': lambda: statement_pdf(statement()),
    'Credit Memo CM-17': lambda: credit_memo_pdf(credit_memo()),
}
each = pytest.mark.parametrize(('title', 'made'), EACH.items(), ids=EACH)


@each
def test_screen_readers_are_told_all_of_it(title: str, made: Callable[[], bytes]) -> None:
    """PDF/UA-1: title, language, author, headings in order, table heads, a name for the logo and links."""
    content = made()
    reader = PdfReader(BytesIO(content))
    root = reader.trailer['/Root']
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (title, 'Northwind Energy Cloud')
    assert (root['/Lang'], root['/MarkInfo']['/Marked']) == ('en', True)
    assert root['/ViewerPreferences']['/DisplayDocTitle']
    assert b'<pdfuaid:part>1</pdfuaid:part>' in root['/Metadata'].get_data()
    found = tags(content)
    kinds = [kind for _, kind, _ in found]
    assert [element['/T'] for _, kind, element in found if kind == '/H1'] == [title.rpartition(' ')[0]]
    assert kinds.index('/H1') < kinds.index('/H2') < kinds.index('/Table')
    assert '/H3' not in kinds
    assert [element['/Alt'] for _, kind, element in found if kind == '/Figure'] == ['Northwind Energy Cloud']
    for page in reader.pages:
        assert page['/Tabs'] == '/S'
        for note in page.get('/Annots', []):
            assert note.get_object()['/Contents']


@each
def test_each_table_has_a_head_and_rows_of_one_width(title: str, made: Callable[[], bytes]) -> None:
    """A screen reader names the column of a cell: also of the cell without width that spans rows."""
    tables: list[list[list[Any]]] = []
    for _, kind, element in tags(made()):
        if kind == '/Table':
            tables.append([])
        elif kind == '/TR':
            tables[-1].append([])
        elif kind in ('/TH', '/TD'):
            tables[-1][-1].append((kind, {k: v for a in element['/A'] for k, v in a.get_object().items()}))
    assert tables
    for rows in tables:
        assert {kind for kind, _ in rows[0]} == {'/TH'}
        assert all(about['/Scope'] == '/Column' for _, about in rows[0])
        assert all(kind == '/TD' for row in rows[1:] for kind, _ in row)
        widths, below = [], [0] * (len(rows) + 1)
        for place, row in enumerate(rows):
            spans = [(about.get('/ColSpan', 1), about.get('/RowSpan', 1)) for _, about in row]
            widths.append(sum(across for across, _ in spans) + below[place])
            for across, down in spans:
                for later in range(place + 1, place + down):
                    below[later] += across
        assert len(set(widths)) == 1, (title, widths)


def test_300_lines_have_their_head_on_each_page_and_the_pages_are_counted() -> None:
    """Nobody must turn back to see what a column is; every line is there, once and in order."""
    content = invoice_pdf(invoice(*(line(f'Meter {place:03}', 100 + place) for place in range(300))))
    said = pages(content)
    assert len(said) > 5
    for number, page in enumerate(said, 1):
        assert 'Description Quantity Unit price Amount (EUR)' in page
        assert f'Northwind Energy Cloud · Invoice INV-2041 Page {number} of {len(said)}' in page
    assert re.findall(r'Meter (\d{3})', ' '.join(said)) == [f'{place:03}' for place in range(300)]
    assert [f'{100 + place}' for place in range(300)] == [
        amount.replace('.', '').lstrip('0') for amount in re.findall(r'0\.00035 (\d\.\d\d)', ' '.join(said))
    ]


def test_totals_never_stand_alone_on_a_page() -> None:
    """The last line goes with them, wherever the page ends."""
    lengths = set()
    for count in range(8, 32):
        said = pages(invoice_pdf(invoice(*(line(f'Meter {place:03}') for place in range(count)))))
        lengths.add(len(said))
        [page] = [page for page in said if 'Subtotal' in page]
        assert page.index(f'Meter {count - 1:03}') < page.index('Subtotal') < page.index('Total €')
    assert lengths == {1, 2}


def test_whatever_people_write_is_text_and_nothing_else() -> None:
    """No sign of the typesetter's language does anything, in any place."""
    marks = (
        '#let x = 1 $a^2$ *bold* _it_ @ref <label> `raw` \\n [x] //c /*d*/ = head ~ -- "q" \'q\' #read("/x")'
    )
    party = Party(name=marks, number=marks, address=marks)
    kept = {'party': party, 'number': marks, 'seller': replace(SELLER, name=marks, address=marks)}
    expected = ''.join(marks.split())
    for content, least in (
        (invoice_pdf(invoice(line(marks, unit=marks, period=marks), note=marks, terms=marks, **kept)), 10),
        (receipt_pdf(receipt(applied=((marks, DAY, 1),), method=marks, reference=marks, **kept)), 9),
        (credit_memo_pdf(credit_memo(reason=marks, reference=marks, **kept)), 8),
        (statement_pdf(statement(ageing=((marks, 1),), **kept)), 7),
    ):
        assert squeezed(content).count(expected) >= least, text(content)


ODD = (
    line('W' * 200),
    line('https://example.com/' + 'query=string&' * 20),
    line('Acme Holding International ' * 11),
    line('خدمة السحابة المدارة'),
    line('שירות ענן מנוהל'),
    line('クラウド利用料 云服务器租赁 標準型 클라우드 서비스'),
    line('Ελληνικά Кириллица Tiếng Việt ไทย हिन्दी'),
    line('Rocket 🚀 done ✅'),
    line('Large', MOST, quantity=Decimal('123456789.000000145'), unit_price=Decimal('10000000000000.123456')),
    line('Negative', -MOST),
    line('word ' * 3_000),
    line('one\r\ntwo\nthree' + '\nmore' * 100),
)


def test_odd_texts_and_large_amounts_stay_on_the_page_and_whole() -> None:
    """Long words and names, other alphabets, emoji, 10^15 minor units: nothing is cut, nothing is outside."""
    party = Party(name=('Acme Holding International ' * 12)[:300], address='شارع الملك فهد\n' * 30)
    changes = {'party': party, 'number': 'N' * 300, 'subtotal': MOST, 'total': MOST, 'balance': MOST}
    content = invoice_pdf(invoice(*ODD, **changes))
    for sign, (left, bottom, right, top), (width, height) in letters(content):
        assert left >= 50, sign
        assert right <= width - 50, sign
        assert bottom >= 30, sign
        assert top <= height - 50, sign
    said = squeezed(content)
    for part in (*ODD[0:3], *ODD[5:8]):
        assert ''.join(part.description.split()) in said, part
    assert text(content).count('word') == 3_000
    assert said.count('more') == 100
    for amount in ('10,000,000,000,000.123456', '123,456,789.000000145', '-10,000,000,000,000.00'):
        assert amount in said
    assert '/TH' in [kind for _, kind, _ in tags(content)]


@pytest.mark.parametrize('word', ['שלום עולם', 'خدمة سحابية'], ids=['Hebrew', 'Arabic'])
def test_words_from_right_to_left_run_from_right_to_left(word: str) -> None:
    """What follows them in the same text stands to their left, though the page is English."""
    content = invoice_pdf(invoice(line(f'{word} Zeta'), party=replace(ACME, name=word)))
    found = [(sign, box[0]) for sign, box, _ in letters(content) if sign in word + 'Z']
    signs, places = ''.join(sign for sign, _ in found), [place for _, place in found]
    plain = word.replace(' ', '')
    assert signs == f'{plain}{plain}Z'
    for part in (places[: len(plain)], places[len(plain) :]):
        assert part == sorted(part, reverse=True)


def test_the_logo_fits_and_keeps_its_proportions() -> None:
    """At most 50 by 16 mm; one that would not be seen on white lies on the brand colour."""
    for size, expected in (((200, 70), (45.7, 16)), ((200, 20), (50, 5)), ((30, 60), (8, 16))):
        file = BytesIO()
        Image.new('RGB', size, '#334455').save(file, 'JPEG')
        seller = replace(SELLER, logo=file.getvalue(), logo_content_type='image/jpeg', logo_tone='')
        [figure] = [
            element for _, kind, element in tags(invoice_pdf(invoice(seller=seller))) if kind == '/Figure'
        ]
        left, bottom, right, top = next(
            a.get_object()['/BBox'] for a in figure['/A'] if '/BBox' in a.get_object()
        )
        shown = (float(right - left) / MM, float(top - bottom) / MM)
        assert shown == pytest.approx(expected, abs=0.1)


def test_the_page_is_the_one_of_the_country() -> None:
    """Letter in the United States, A4 in Germany."""
    sizes = [letters(invoice_pdf(invoice(locale=locale)))[0][2] for locale in ('en_US', 'de_DE', 'en')]
    assert [tuple(round(side) for side in size) for size in sizes] == [(612, 792), (595, 842), (595, 842)]


@each
def test_the_same_sheet_is_the_same_file_also_from_several_threads(
    title: str, made: Callable[[], bytes]
) -> None:
    """Field notes: it downloads byte-identical, whoever else makes documents at that moment."""
    content = made()
    numbers = [f'INV-{number}' for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        again = [pool.submit(made) for _ in range(6)]
        others = [pool.submit(partial(invoice_pdf, invoice(number=number))) for number in numbers]
        assert {future.result() for future in again} == {content}
        for number, future in zip(numbers, others, strict=True):
            assert number in text(future.result()), title


def test_letters_come_from_our_fonts_alone_and_are_in_the_file() -> None:
    """A document is the same on every machine and in every reader."""
    content = invoice_pdf(invoice(*ODD))
    names = set()
    for page in PdfReader(BytesIO(content)).pages:
        for font in page['/Resources']['/Font'].values():
            [inner] = font.get_object().get('/DescendantFonts', [font])
            about = inner.get_object()['/FontDescriptor'].get_object()
            assert {'/FontFile2', '/FontFile3'} & set(about)
            names.add(about['/FontName'].partition('+')[2])
    ours = {path.stem.removesuffix('-Regular') for path in (FOLDER / 'fonts').glob('*.ttf')}
    assert {name.removesuffix('-Regular') for name in names} <= ours
    assert {'Inter', 'NotoSansArabic', 'NotoSansHebrew', 'DroidSansFallback', 'NotoEmoji'} <= ours


def test_the_template_reads_nothing_but_its_own_parts() -> None:
    """No package from a network, no file: what it shows is handed to it."""
    for path in (FOLDER / 'template').iterdir():
        source = path.read_text()
        assert set(re.findall(r'(?:import|include) "([^"]*)"', source)) <= {'parts.typ'}
        assert not re.search(r'\b(?:read|csv|xml|toml|yaml|cbor|plugin|eval)\(', source)
        assert re.findall(r'\bjson\((\S+)', source) in ([], ['bytes(sys.inputs.paper))'])
        assert re.findall(r'\bimage\b\S*', source) in ([], ['image.with(bytes(look.logo),'])
