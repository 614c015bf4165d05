"""Plain HTML pages for people without a session: sign-in and errors."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

from components.brand import brand_css
from portal_app.branding import Brand

ASSETS = Path(__file__).parent.parent / 'assets'

_environment = Environment(
    loader=FileSystemLoader(ASSETS / 'html'), autoescape=select_autoescape(), trim_blocks=True
)


def html_page(name: str, /, *, brand: Brand, title: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page from assets/html under the organization's brand."""
    css = Markup(brand_css(brand.colour))  # noqa: S704 - made of checked HEX colours only
    text = _environment.get_template(name).render(brand=brand, brand_css=css, title=title, **context)
    return HTMLResponse(text, status, headers={'Cache-Control': 'no-store'})
