"""Statements of all customers, each with its file."""

from dataclasses import replace
from typing import Any

from fastapi import Request
from nicegui import ui

from components.record_table import Extras
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services.billing_rules import VIEW
from portal_app.services.staff_statements import STAFF_STATEMENTS

PATH = '/admin/statements'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(statements)


async def statements(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, STAFF_STATEMENTS, PATH, Statements)


class Statements(StaffRecords):
    """One open page of it."""

    topics = (Topic.BILLING,)

    def extras(self) -> Extras:
        """The file of each, for who may look at records."""
        return replace(super().extras(), document=_file if VIEW.grant in self.around.grants else None)


def _file(row: dict[str, Any]) -> str:
    return f'/admin/documents/statements/{row["id"]}.pdf'
