"""Amounts of money: minor units to plain decimals."""

# ISO 4217's minor units, of currencies that are not used any more too; CLDR's differ, such as IQD's.
_EXPONENTS = {
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    ' ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
}
EXPONENT_OF = {code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()}


def currency_exponent(code: str | None) -> int:
    """How many decimals the currency of an ISO 4217 code has; 2 unless known to differ."""
    return EXPONENT_OF.get((code or '').upper(), 2)


def money_text(minor: int, exponent: int) -> str:
    """-1234 with 2 decimals is '-12.34'."""
    if exponent <= 0:
        return str(minor)
    digits = str(abs(minor)).rjust(exponent + 1, '0')
    return f'{"-" if minor < 0 else ""}{digits[:-exponent]}.{digits[-exponent:]}'
