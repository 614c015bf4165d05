"""Setup › Configuration File: what a file changes, drawn for whoever decides."""

from collections.abc import Sequence
from itertools import groupby

from nicegui import ui

from components.comparison import show_comparison
from portal_app.services import portal_address
from portal_app.services.configuration_difference import EMPTY, SUBDOMAIN, Change, counted

AT_ONCE = 'All of it comes into force at once, and every open page follows.'


def draw_changes(changes: Sequence[Change]) -> None:
    """A table of what changes, and the pictures themselves."""
    show_comparison(
        {change.field: change.before for change in changes},
        {change.field: change.after for change in changes},
    )
    for change in changes:
        if change.pictures:
            with ui.element('div').classes('picture-frame configuration-pictures'):
                for file, when in zip(change.pictures, ('before', 'after'), strict=True):
                    if file:
                        picture = ui.element('img')
                        picture._props['src'] = f'data:{file.content_type};base64,{file.content}'
                        picture._props['alt'] = f'{change.field} {when}'


def summary(chosen: Sequence[Change]) -> str:
    """What somebody agrees to: how much of which part, and what follows from it."""
    parts = [(part, list(changes)) for part, changes in groupby(chosen, key=lambda change: change.part)]
    counts = ' '.join(f'{part.label}: {counted(len(changes))}.' for part, changes in parts)
    return f'{counts} {AT_ONCE}{_moving(chosen)}'


def _moving(chosen: Sequence[Change]) -> str:
    """What it means that the portal gets another subdomain, where that takes it elsewhere."""
    new = [each.after for each in chosen if each.field == SUBDOMAIN and each.before != EMPTY]
    if not new or not portal_address.moves():
        return ''
    return (
        f' The portal, and these pages, will be at {portal_address.portal_address(new[0])}: '
        'links in mails that were sent lead nowhere, and everybody signs in again at the new address.'
    )
