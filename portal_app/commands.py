"""What `python run.py` can do (OPS-02)."""

import argparse
import getpass
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.billing_command import add_billing_options, run_billing, run_reconcile
from portal_app.config import LOOPBACK, BadSettings, Settings, settings
from portal_app.config_command import add_config_options, run_config
from portal_app.errors import Invalid, PortalError
from portal_app.hosts import public_url
from portal_app.import_command import add_import_options, run_import
from portal_app.migrate import migrate
from portal_app.secret import secret
from portal_app.services import demo, first_run
from portal_app.services.customers import create_portal_user
from portal_app.services.foundation import create_owner, lay_foundation, set_organization
from portal_app.services.tidying import tidy
from portal_app.work import acting_as, reading_as

ORGANIZATION = ('name', 'brand_colour', 'time_zone', 'locale', 'currency', 'support_email')
DEMO_DATABASE = 'sqlite:///data/demo.db'
EVERYWHERE = (*LOOPBACK, '0.0.0.0', '::')  # noqa: S104 - all of these answer at localhost

OTHERS = {'import': run_import, 'config': run_config, 'reconcile': run_reconcile, 'billing': run_billing}

Serve = Callable[[Settings], None]


def main(serve: Serve, arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; what went wrong is said on stderr."""
    if arguments is None:
        arguments = [] if 'NICEGUI_USER_SIMULATION' in os.environ else sys.argv[1:]
    options = _parser().parse_args(list(arguments) or ['serve'])
    try:
        return _run(options, serve)
    except (BadSettings, PortalError) as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, serve: Serve) -> int:
    chosen = settings()
    logging.basicConfig(
        level=chosen.log_level.upper(), format='%(asctime)s %(levelname)s %(name)s: %(message)s'
    )
    logging.getLogger('alembic').setLevel(logging.WARNING)
    with_demo = options.command == 'demo' or getattr(options, 'demo', False)
    _open(DEMO_DATABASE if with_demo and 'DATABASE_URL' not in os.environ else chosen.database_url)
    match options.command:
        case 'serve' | 'demo':
            if with_demo:
                _fill_demo(chosen)
            secret()  # a key that cannot be used stops the start
            _say_how_to_begin(chosen)
            serve(chosen)
        case 'migrate':
            print('The database is up to date.')
        case 'create-owner':
            _create_owner(options)
        case 'set-organization':
            _set_organization(options)
        case 'create-portal-user':
            _create_portal_user(options)
        case command:
            return OTHERS[command](options)
    return 0


def _open(url: str) -> None:
    db.connect(url)
    migrate()
    with acting_as(Operator('start')) as work:
        lay_foundation(work)
        tidy(work)


def _fill_demo(chosen: Settings) -> None:
    with acting_as(Operator('demo')) as work:
        filled = demo.is_filled(work)
    if not filled:
        print('Filling the demo company …', flush=True)
        demo.fill()
    here = _origin(chosen)
    print(f'\n  Customer portal   {here}/portal')
    print(f'  Admin             {here}/admin\n')
    print('  Demo sign-ins, all with the password', demo.PASSWORD)
    for email, who in demo.SIGN_INS:
        print(f'    {email:28} {who}')
    print(flush=True)


def _origin(chosen: Settings) -> str:
    """Where a browser reaches what this process serves."""
    if chosen.base_domain or chosen.public_url or chosen.host in EVERYWHERE:
        return public_url()
    return f'http://{chosen.host}:{chosen.port}'


def _say_how_to_begin(chosen: Settings) -> None:
    with reading_as(Operator('start')) as work:
        if first_run.is_open(work):
            print(
                f'\n  Set up your portal at {_origin(chosen)}{first_run.PATH}?token={first_run.token()}\n',
                flush=True,
            )


def _create_owner(options: argparse.Namespace) -> None:
    name, email, password = _person(options)
    with acting_as(Operator('create-owner')) as work:
        create_owner(work, name, email, password)
    print(f'{email} can now sign in at /admin/login.')


def _set_organization(options: argparse.Namespace) -> None:
    given = {name: value for name in ORGANIZATION if (value := getattr(options, name)) is not None}
    if not given:
        raise Invalid('Give at least one of ' + ', '.join(map(_flag, ORGANIZATION)) + '.')
    with acting_as(Operator('set-organization')) as work:
        organization = set_organization(work, **given)
    print(
        f'{organization.name}: '
        + ', '.join(f'{name} {getattr(organization, name)}' for name in ORGANIZATION[1:])
    )


def _flag(name: str) -> str:
    return '--' + name.replace('_', '-')


def _create_portal_user(options: argparse.Namespace) -> None:
    name, email, password = _person(options)
    with acting_as(Operator('create-portal-user')) as work:
        create_portal_user(work, options.customer, name, email, password)
    print(f'{email} can now sign in at /portal/login.')


def _person(options: argparse.Namespace) -> tuple[str, str, str]:
    file = options.password_file
    try:
        name = options.name or input('Name: ')
        email = options.email or input('Email: ')
        return name, email.strip(), file.read_text().strip() if file else getpass.getpass('Password: ')
    except EOFError:
        raise Invalid('Without a terminal, give --name, --email and --password-file.') from None
    except OSError as error:
        raise Invalid(f'--password-file: {error.strerror} ({file}).') from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='run.py', description='The customer billing portal.')
    commands = parser.add_subparsers(dest='command')
    serve = commands.add_parser('serve', help='serve the portal (the default)')
    serve.add_argument('--demo', action='store_true', help='fill a demo company first')
    commands.add_parser('demo', help='fill a demo company in data/demo.db and serve it')
    commands.add_parser('migrate', help='bring the database up to date and stop')
    owner = commands.add_parser('create-owner', help='create a staff user who may do everything')
    organization = commands.add_parser(
        'set-organization', help='name, colour, time zone, locale, currency of your portal'
    )
    for name in ORGANIZATION:
        organization.add_argument(_flag(name))
    user = commands.add_parser('create-portal-user', help="let a person into a customer's portal")
    user.add_argument(
        '--customer', required=True, metavar='NUMBER', help="the customer's number, such as C1001"
    )
    for each in (owner, user):
        each.add_argument('--name')
        each.add_argument('--email')
        each.add_argument(
            '--password-file', type=Path, help='holds the password; without it, it is asked for'
        )
    add_billing_options(commands)
    add_import_options(commands)
    add_config_options(commands)
    return parser
