"""Which cells a spreadsheet would take for a formula; without the weight of Arrow."""

import re

FORMULA = '^[=+\\-@\t\r\n＝＋－＠]'
SIGNED_NUMBER = r'^[+-][0-9]+(\.[0-9]+)?$'


def guarded(text: str) -> str:
    """The text with an apostrophe before what would be a formula; -12.5 is none."""
    return f"'{text}" if re.match(FORMULA, text) and not re.fullmatch(SIGNED_NUMBER, text) else text
