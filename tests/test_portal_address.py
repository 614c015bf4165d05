"""The subdomain of the portal."""

import pytest

from portal_app import config, hosts
from portal_app.errors import Invalid, NotPermitted
from portal_app.live import Change, Topic, publish
from portal_app.services import portal_address
from portal_app.work import acting_as
from tests.world import World, audit, organization


@pytest.fixture
def base_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal is at a domain of its own."""
    monkeypatch.setenv('PORTAL_BASE_DOMAIN', 'billing.example')
    config.settings.cache_clear()


@pytest.mark.parametrize('subdomain', ['acme', 'a', '7', 'acme2026', 'x' * 63])
def test_a_subdomain_of_letters_and_digits_is_taken(subdomain: str) -> None:
    """SET-02."""
    assert portal_address.check_subdomain(f' {subdomain} ') == subdomain


@pytest.mark.parametrize(
    ('subdomain', 'reasons'),
    [
        ('', ['must not be empty']),
        ('Acme', ['lowercase letters and digits only']),
        ('acme-eu', ['lowercase letters and digits only']),
        ('acme.eu', ['lowercase letters and digits only']),
        ('acmé', ['lowercase letters and digits only']),
        ('acme\nx', ['lowercase letters and digits only']),
        ('x' * 64, ['at most 63 characters (got 64)']),
        ('Ü' * 70, ['lowercase letters and digits only', 'at most 63 characters (got 70)']),
        *((name, [f'must not be “{name}”, which is reserved']) for name in portal_address.RESERVED),
    ],
)
def test_another_is_refused_with_every_rule_that_it_breaks(subdomain: str, reasons: list[str]) -> None:
    """SET-02."""
    with pytest.raises(Invalid) as refused:
        portal_address.check_subdomain(subdomain)
    lines = refused.value.message.split('\n')
    assert len(lines) == len(reasons)
    for line, reason in zip(lines, reasons, strict=True):
        assert line.startswith('Subdomain ')
        assert reason in line


def test_in_a_sandbox_the_label_with_its_suffix_must_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """SET-02, SET-13: RFC 1035 gives a label 63 characters, and -sandbox takes 8 of them."""
    monkeypatch.setenv('PORTAL_ENVIRONMENT', 'sandbox')
    config.settings.cache_clear()
    assert portal_address.check_subdomain('x' * 55)
    with pytest.raises(Invalid, match='at most 55 characters'):
        portal_address.check_subdomain('x' * 56)
    config.settings.cache_clear()


def test_olivia_chooses_one_and_links_begin_with_it(world: World, base_domain: None) -> None:
    """SET-02: at once, in every mail from then on; who did it is recorded."""
    assert hosts.public_url() == 'https://billing.example'
    with acting_as(world.as_staff('olivia')) as work:
        portal_address.set_subdomain(work, 'acme')
    assert hosts.public_url() == 'https://acme.billing.example'
    assert hosts.is_portal_host('acme.billing.example')
    with acting_as(world.as_staff('olivia')) as work:
        portal_address.set_subdomain(work, 'northwind')
    assert not hosts.is_portal_host('acme.billing.example')
    assert [(entry.subject, entry.before) for entry in audit('portal_setup.address')] == [
        ('https://acme.billing.example/portal', {'subdomain': ''}),
        ('https://northwind.billing.example/portal', {'subdomain': 'acme'}),
    ]


def test_the_address_of_a_sandbox_says_so(
    world: World, base_domain: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SET-02, SET-13."""
    monkeypatch.setenv('PORTAL_ENVIRONMENT', 'sandbox')
    config.settings.cache_clear()
    assert portal_address.portal_address('acme') == 'https://acme-sandbox.billing.example/portal'
    assert portal_address.around() == ('https://', '-sandbox.billing.example/portal')


def test_without_a_base_domain_the_address_works_on_this_machine(database: str) -> None:
    """SET-02: browsers find *.localhost by themselves."""
    assert portal_address.portal_address('acme') == 'http://acme.localhost:8080/portal'
    assert hosts.is_portal_host('anything.example')


@pytest.mark.parametrize('who', ['rita', 'stan', 'manu'])
def test_nobody_moves_the_portal_without_the_grant(world: World, who: str) -> None:
    """SET-10."""
    with acting_as(world.as_staff(who)) as work, pytest.raises(NotPermitted):
        portal_address.set_subdomain(work, 'acme')


def test_a_subdomain_that_another_process_chose_is_known_after_its_news(
    world: World, base_domain: None
) -> None:
    """OPS-01: what is remembered is forgotten with the news of a change."""
    assert not hosts.is_portal_host('acme.billing.example')
    organization(subdomain='acme')  # past the services: nobody has told
    publish(Change(Topic.SETUP))
    assert hosts.is_portal_host('ACME.billing.example.:443')
