"""Starting the web server."""

import logging
from pathlib import Path

from nicegui import app, ui

from pages import routes
from portal_app import news
from portal_app.api.body_limits import BodyLimits
from portal_app.api.cut_off import add_cut_off
from portal_app.api.first_run_gate import FirstRunGate
from portal_app.api.headers import SafeHeaders
from portal_app.api.host_gate import HostGate
from portal_app.billing_worker import BillingWorker
from portal_app.config import Settings
from portal_app.mail.worker import MailWorker

ASSETS = Path(__file__).parent.parent / 'assets'
WEEK = 7 * 24 * 3600


def serve(settings: Settings) -> None:
    """Serve until the process is told to stop. The database is open and migrated."""
    prepare()
    if settings.sends_mail:
        worker = MailWorker(settings)
        app.on_startup(worker.start)
        app.on_shutdown(worker.stop)
    billing = BillingWorker()
    app.on_startup(billing.start)
    app.on_shutdown(billing.stop)
    logging.getLogger('portal_app').info('serving on http://%s:%s', settings.host, settings.port)
    ui.run(
        host=settings.host,
        port=settings.port,
        reload=False,
        show=False,
        dark=None,
        tailwind=False,
        title='Portal',
        language='en-US',
        reconnect_timeout=10,
        show_welcome_message=False,
        binding_refresh_interval=None,
        favicon=ASSETS / 'icon.svg',
        uvicorn_logging_level='warning',
        server_header=False,
    )


def prepare() -> None:
    """Register everything that the server answers with, and follow the news while it runs."""
    for folder in ('css', 'fonts'):
        app.add_static_files(f'/assets/{folder}', ASSETS / folder, max_cache_age=WEEK)
    app.add_static_file(local_file=ASSETS / 'icon.svg', url_path='/assets/icon.svg', max_cache_age=WEEK)
    routes.register()
    app.add_middleware(BodyLimits)
    app.add_middleware(FirstRunGate)
    app.add_middleware(HostGate)
    app.add_middleware(SafeHeaders)
    add_cut_off(app)
    app.on_startup(_follow_news)


def _follow_news() -> None:
    app.on_shutdown(news.follow())
