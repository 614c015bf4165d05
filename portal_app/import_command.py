"""`python run.py import usage-events FILE --map field=column …` (USE-04; docs/import.md)."""

import argparse
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from portal_app.auth.viewer import Operator
from portal_app.errors import PortalError
from portal_app.services.import_lines import format_of
from portal_app.services.import_mapping import FIELDS, REQUIRED, read_mapping
from portal_app.services.imports import Outcome, Wish, import_usage_events

DONE, SOME_REFUSED, NOTHING_DONE, STOPPED = range(4)  # exit codes

EVERY = 2.0  # seconds between two lines of progress


def add_import_options(commands: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the command `import` to the commands of run.py."""
    parser = commands.add_parser(
        'import',
        help='import usage events from a CSV or JSON Lines file',
        description='Import usage events. Exit codes: 0 all rows are in, 1 some refused, 2 nothing was done, '
        '3 stopped before the end.',
    )
    parser.add_argument('object', choices=['usage-events'], help='what the file holds')
    _add_arguments(parser)


def run_import(options: argparse.Namespace) -> int:
    """Import and say what came of it. Returns the exit code."""
    try:
        wish = _wish(options)
        outcome = import_usage_events(Operator('import'), wish, _progress())
    except KeyboardInterrupt:
        print('Interrupted while reading. Nothing was imported.', file=sys.stderr)
        return NOTHING_DONE
    except (PortalError, OSError) as error:
        print(f'{error}\nNothing was imported.', file=sys.stderr)
        return NOTHING_DONE
    _say(wish, outcome)
    return STOPPED if outcome.stopped else SOME_REFUSED if outcome.refused else DONE


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('file', type=Path, metavar='FILE', help='CSV with a header, or JSON Lines; UTF-8')
    parser.add_argument(
        '--map',
        nargs='+',
        action='extend',
        default=[],
        metavar='FIELD=COLUMN',
        help=f'which column fills a field: {", ".join(FIELDS)}, properties '
        f'(repeatable), properties.KEY; needed are {", ".join(REQUIRED)}',
    )
    parser.add_argument(
        '--set',
        nargs='+',
        action='extend',
        default=[],
        metavar='FIELD=TEXT',
        help='the same text for every row, such as source=AWS',
    )
    parser.add_argument('--null', metavar='TEXT', help='cells with exactly this text count as empty')
    parser.add_argument(
        '--zone',
        type=_zone,
        default=ZoneInfo('UTC'),
        metavar='ZONE',
        help='the zone of times without an offset, such as Europe/Berlin (default: UTC)',
    )
    parser.add_argument('--create-customers', action='store_true', help='create customers that are not known')
    parser.add_argument(
        '--dry-run', action='store_true', help='check everything, write nothing to the database'
    )
    parser.add_argument(
        '--errors', type=Path, metavar='FILE', help='for refused rows (default: FILE.errors.csv)'
    )
    parser.add_argument('--format', choices=['csv', 'jsonl'], help="default: by the file's ending")


def _wish(options: argparse.Namespace) -> Wish:
    format = options.format or format_of(options.file)
    return Wish(
        path=options.file,
        mapping=read_mapping(options.map, options.set),
        format=format,
        errors=options.errors or _free_name(options.file, format),
        zone=options.zone,
        null=options.null,
        create_customers=options.create_customers,
        dry_run=options.dry_run,
    )


def _free_name(path: Path, format: str) -> Path:
    """Beside the file. An earlier error file stays as it is: somebody may be mending it."""
    endings = ('' if number == 1 else f'-{number}' for number in count(1))
    names = (path.with_name(f'{path.stem}.errors{ending}.{format}') for ending in endings)
    return next(name for name in names if not name.exists())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise argparse.ArgumentTypeError(f'there is no zone {name!r}; write it like Europe/Berlin') from error


def _progress() -> Callable[[str], None]:
    last = monotonic()

    def say(text: str) -> None:
        nonlocal last
        if monotonic() - last >= EVERY:
            last = monotonic()
            print(f'  {text}', flush=True)

    return say


def _say(wish: Wish, outcome: Outcome) -> None:
    for refusal in outcome.first:
        print(str(refusal), file=sys.stderr)
    if outcome.refused > len(outcome.first):
        print(f'… and {outcome.refused - len(outcome.first):,} more', file=sys.stderr)
    would = 'would be ' if wish.dry_run else ''
    print(
        f'{outcome.read:,} rows read, {outcome.imported:,} {would}imported, '
        f'{outcome.present:,} already there, '
        f'{outcome.refused:,} refused; {outcome.created:,} customers {would}created.'
    )
    if outcome.refused:
        print(f'The refused rows are in {wish.errors}. Mend them and import that file with the same options.')
    if outcome.stopped:
        print(
            f'Stopped before the end ({outcome.stopped}). At least {outcome.imported:,} rows were imported '
            'and are kept. Run the same command again to go on; nothing is imported twice.',
            file=sys.stderr,
        )
