"""What a sandbox, an installation to try things out, says and marks (SET-13)."""

from portal_app.config import settings

MARK = '[Sandbox] '
NO_PORTAL = 'This sandbox serves no portal until PORTAL_SANDBOX_PORTAL=true is set.'
MAIL_KEPT = (
    'This is a sandbox: mail is kept here and not sent. Whoever runs it can let it send mail, with '
    'PORTAL_SANDBOX_MAIL=true and a mail server.'
)


def marked(subject: str) -> str:
    """The subject of a mail, which says where it comes from when that is a sandbox."""
    return subject if not settings().is_sandbox or subject.startswith(MARK) else MARK + subject


def why_mail_is_kept() -> str:
    """Why mail is not sent, as the beginning of a sentence."""
    return 'This is a sandbox' if settings().keeps_mail else 'There is no mail server yet'
