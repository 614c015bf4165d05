"""`python run.py config export|diff|import`: the configuration as a file (docs/configuration.md)."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid
from portal_app.services import configuration
from portal_app.services.configuration_difference import Change, counted
from portal_app.services.configuration_document import Configuration
from portal_app.services.configuration_reading import LARGEST, read
from portal_app.work import Work, acting_as, reading_as

DONE, DIFFERENT = range(2)  # exit codes; what is refused is 2, as for every command
NOTHING_DIFFERS = 'Nothing differs.'
NO_TERMINAL = 'There is no terminal to ask at. To apply the file without a question, give --yes.'


class _Trial(Exception):
    """Ends a work so that nothing of it stays."""


def add_config_options(commands: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the command `config` to the commands of run.py."""
    parser = commands.add_parser(
        'config',
        help='take out, compare or put in force portal setup, roles and templates as one file',
        description='The configuration as one JSON file. Exit codes: 0 done, or nothing differs; 1 there are '
        'differences (diff), or not confirmed (import); 2 refused, and nothing was changed.',
    )
    verbs = parser.add_subparsers(dest='verb', required=True)
    export = verbs.add_parser('export', help='write the configuration; a file that is there is replaced')
    export.add_argument('file', nargs='?', type=Path, metavar='FILE', help='without it: standard output')
    compare = verbs.add_parser('diff', help='say what a file would change here')
    bring = verbs.add_parser('import', help='put a file in force, all of it or nothing')
    for each in (compare, bring):
        each.add_argument('file', type=Path, metavar='FILE', help='what `config export` wrote')
    bring.add_argument('--dry-run', action='store_true', help='do all of it, and undo it again')
    bring.add_argument('--yes', action='store_true', help='do not ask')


def run_config(options: argparse.Namespace) -> int:
    """Do it and say what came of it. Returns the exit code."""
    try:
        match options.verb:
            case 'export':
                return _export(options.file)
            case 'diff':
                return _diff(options.file)
            case _:
                return _import(options)
    except OSError as error:
        raise Invalid(f'{options.file}: {error.strerror}.') from error


def _export(path: Path | None) -> int:
    with acting_as(_operator()) as work:
        file = configuration.export(work)
    if path is None:
        sys.stdout.buffer.write(file.content)
        sys.stdout.flush()
    else:
        path.write_bytes(file.content)
        print(f'Wrote {path}: {len(file.content):,} bytes.')
    return DONE


def _diff(path: Path) -> int:
    document = _read(path)
    with reading_as(_operator()) as work:
        found = configuration.difference(work, document)
    _show(found)
    return DIFFERENT if found else DONE


def _import(options: argparse.Namespace) -> int:
    document = _read(options.file)
    with reading_as(_operator()) as work:
        found = configuration.difference(work, document)
    _show(found)
    if not found:
        return DONE
    if options.dry_run:
        _try(document, found)
        print(f'{counted(len(found))} would be applied. Nothing was changed.')
        return DONE
    if not (options.yes or _agreed(found)):
        print('Nothing was changed.')
        return DIFFERENT
    with acting_as(_operator()) as work:
        _apply(work, document, found)
    print(f'{counted(len(found))} applied.')
    return DONE


def _try(document: Configuration, found: Sequence[Change]) -> None:
    try:
        with acting_as(_operator()) as work:
            _apply(work, document, found)
            raise _Trial
    except _Trial:
        return


def _apply(work: Work, document: Configuration, found: Sequence[Change]) -> None:
    configuration.apply(work, document, configuration.seen_as(document, found))


def _agreed(found: Sequence[Change]) -> bool:
    if not sys.stdin.isatty():
        raise Invalid(NO_TERMINAL)
    try:
        answer = input(f'Apply {counted(len(found))}? [y/N] ')
    except (EOFError, KeyboardInterrupt):
        print()
        return False
    return answer.strip().lower() in ('y', 'yes')


def _show(found: Sequence[Change]) -> None:
    for change in found:
        print(change)
    if not found:
        print(NOTHING_DIFFERS)


def _read(path: Path) -> Configuration:
    with path.open('rb') as file:
        return read(file.read(LARGEST + 1))


def _operator() -> Operator:
    return Operator('config')
