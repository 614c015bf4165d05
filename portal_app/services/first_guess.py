"""What a browser's languages say about a company that nobody has described yet, and what can be chosen."""

from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies

from portal_app.services.profile_rules import CURRENCIES, LOCALES, ZONES

LOCALE, CURRENCY = 'en_US', 'USD'  # where a browser says nothing
MOST = 10  # languages that are looked at


def guess(accept_language: str) -> tuple[str, str]:
    """Locale and currency by the header Accept-Language (RFC 9110, 12.5.4): the first that is known."""
    for tag in _by_weight(accept_language):
        spoken = _spoken(tag)
        if spoken is not None and str(spoken) in locales():
            return str(spoken), _currency_of(spoken.territory or '')
    return LOCALE, CURRENCY


@cache
def locales() -> dict[str, str]:
    """Languages as they are written in a country, by the name of the language in English."""
    found = {name: Locale.parse(name) for name in LOCALES}
    named = {
        name: each.get_display_name('en') for name, each in found.items() if (each.territory or '').isalpha()
    }
    return dict(sorted(((name, text) for name, text in named.items() if text), key=lambda pair: pair[1]))


@cache
def currencies() -> dict[str, str]:
    """Currencies that a country uses now."""
    used = {code for land in get_global('territory_currencies') for code in get_territory_currencies(land)}
    return {code: f'{code} – {get_currency_name(code, locale="en")}' for code in CURRENCIES if code in used}


@cache
def zones() -> dict[str, str]:
    """Time zones of places, and UTC."""
    places = [zone for zone in ZONES if '/' in zone and not zone.startswith('Etc/')]
    return {zone: zone.replace('_', ' ') for zone in ('UTC', *places)}


def _by_weight(header: str) -> list[str]:
    """The languages that the header names, the most wanted first."""
    weighed = []
    for part in header.split(',')[:MOST]:
        tag, _, weight = part.partition(';')
        try:
            wanted = float(weight.strip().removeprefix('q=') or 1)
        except ValueError:
            continue
        if wanted > 0:
            weighed.append((-wanted, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]


def _spoken(tag: str) -> Locale | None:
    """The locale of a language tag; of a language alone, where most of its people live."""
    try:
        spoken = Locale.parse(tag, sep='-')
        if spoken.territory:
            return spoken
        likely = get_global('likely_subtags').get(spoken.language, '')
        return Locale.parse(f'{spoken}_{likely.rpartition("_")[2]}')
    except (ValueError, UnknownLocaleError):
        return None


def _currency_of(territory: str) -> str:
    used = get_territory_currencies(territory) if territory else []
    return used[0] if used and used[0] in currencies() else CURRENCY
