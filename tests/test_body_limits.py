"""Nobody fills memory or disk by way of a form."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import FastAPI, Form, Request
from fastapi.testclient import TestClient

from portal_app.api.body_limits import BodyLimits

UPLOAD = '/_nicegui/client/0b5c/upload/7'
MB = 1_000_000


@pytest.fixture
def client() -> TestClient:
    """An app with a form and an upload that say how much they were given."""
    app = FastAPI()

    async def form(text: Annotated[str, Form()]) -> int:
        return len(text)

    async def read(request: Request) -> int:
        return len(await request.body())

    app.add_api_route('/portal/login', form, methods=['POST'])
    for path in (
        UPLOAD,
        '/setup',
        '/admin/link/x',
        '/webhooks/stripe',
        '/test-gateway/x',
        '/portals',
        '/api/v1/events',
    ):
        app.add_api_route(path, read, methods=['POST'])
    app.add_middleware(BodyLimits)
    return TestClient(app)


def pieces(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(size // 100_000):
        yield bytes(100_000)


@pytest.mark.parametrize(
    ('path', 'most'),
    [(UPLOAD, 26 * MB)]
    + [
        (path, MB)
        for path in ('/setup', '/admin/link/x', '/portal/login', '/webhooks/stripe', '/test-gateway/x')
    ],
)
def test_too_much_is_refused_whether_it_is_announced_or_not(client: TestClient, path: str, most: int) -> None:
    """SET-03: 413."""
    for body in (bytes(most + 1), pieces(most + 200_000)):
        answer = client.post(
            path, content=body, headers={'Content-Type': 'application/x-www-form-urlencoded'}
        )
        assert answer.status_code == 413
        assert 'What was sent is too large.' in answer.text


@pytest.mark.parametrize('path', [UPLOAD, '/setup', '/admin/link/x'])
def test_what_is_within_the_limit_arrives(client: TestClient, path: str) -> None:
    """SET-03: to the last byte."""
    for body in (bytes(MB), pieces(MB)):
        assert client.post(path, content=body).json() == MB
    assert client.post('/portal/login', data={'text': 'x' * 900_000}).json() == 900_000


def test_other_addresses_have_rules_of_their_own(client: TestClient) -> None:
    """SET-03: also one that only begins like a form's."""
    for path in ('/portals', '/api/v1/events'):
        assert client.post(path, content=bytes(2 * MB)).json() == 2 * MB


def test_a_length_that_is_none_is_not_believed(client: TestClient) -> None:
    """SET-03: what really comes is counted."""
    for length in ('-1', '1e9', '٣', ''):
        answer = client.post('/setup', content=bytes(MB + 1), headers={'Content-Length': length.encode()})  # type: ignore[dict-item]
        assert answer.status_code == 413
