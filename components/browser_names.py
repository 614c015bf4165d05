"""Browsers as people call them."""

BROWSERS = (
    ('Edg', 'Edge'),
    ('OPR/', 'Opera'),
    ('Firefox/', 'Firefox'),
    ('FxiOS/', 'Firefox'),
    ('CriOS/', 'Chrome'),
    ('Chrome/', 'Chrome'),
    ('Safari/', 'Safari'),
)
SYSTEMS = (
    ('iPhone', 'iPhone'),
    ('iPad', 'iPad'),
    ('Android', 'Android'),
    ('Windows', 'Windows'),
    ('Mac OS X', 'Mac'),
    ('CrOS', 'ChromeOS'),
    ('Linux', 'Linux'),
)
LONGEST = 60  # characters of one that is none of these


def browser_name(agent: str) -> str:
    """What a User-Agent header comes to: Firefox on Linux."""
    browser = next((name for sign, name in BROWSERS if sign in agent), '')
    system = next((name for sign, name in SYSTEMS if sign in agent), '')
    if browser and system:
        return f'{browser} on {system}'
    return browser or system or agent[:LONGEST] or 'Unknown browser'
