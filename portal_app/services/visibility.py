"""Why can't they see it? The chain of rules that decides whether a contact sees a record (field notes)."""

from dataclasses import dataclass
from enum import StrEnum

from portal_app.auth.permissions import SEE_ACCESS
from portal_app.errors import Invalid
from portal_app.filters import is_storable
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.services.visibility_case import Case, Mend, case_of
from portal_app.services.visibility_rules import RULES
from portal_app.work import Work

LONGEST_REFERENCE = 300  # characters
NOT_REACHED = 'Not reached: a rule before this one says no.'
ABOUT_RECORDS = 3  # the last rules: the record, whose it is, its fields


class Outcome(StrEnum):
    """What a rule says."""

    PASSED = 'Passed'
    FAILED = 'Failed'
    NOT_REACHED = 'Not reached'


@dataclass(frozen=True)
class Rule:
    """One rule, what it says and why, and where that can be changed, if the viewer may look there."""

    name: str
    outcome: Outcome
    sentence: str
    mend: Mend | None = None


@dataclass(frozen=True)
class Explanation:
    """The rules in their order. `visible` where none says no; `summary` is the verdict in a sentence."""

    visible: bool
    summary: str
    rules: tuple[Rule, ...]


def explain(work: Work, contact_id: int, object_key: str, record_reference: str = '') -> Explanation:
    """Go through the rules for a contact and one record, named by its number or its sender's id.

    Without a record, and for an object that shows sums, the chain ends at the tab.
    Needs Manage Portal Users: View. Raises NotFound for an unknown contact; Invalid, naming field and rule.
    """
    work.require(SEE_ACCESS)
    reference = _checked(object_key, record_reference)
    case = case_of(work, contact_id, PORTAL_OBJECTS[object_key], reference)
    rules: list[Rule] = []
    for name, ask in RULES if reference else RULES[:-ABOUT_RECORDS]:
        if any(rule.outcome is Outcome.FAILED for rule in rules):
            rules.append(Rule(name, Outcome.NOT_REACHED, NOT_REACHED))
            continue
        answer = ask(case)
        outcome = Outcome.PASSED if answer.passes else Outcome.FAILED
        rules.append(Rule(name, outcome, answer.sentence, answer.mend))
    failed = next((rule for rule in rules if rule.outcome is Outcome.FAILED), None)
    return Explanation(failed is None, _summary(case, failed), tuple(rules))


def _checked(object_key: str, reference: str) -> str:
    """The reference as it is looked for; empty where the object shows no single records."""
    if object_key not in PORTAL_OBJECTS:
        raise Invalid(f'object must be one of {", ".join(PORTAL_OBJECTS)} (got {object_key!r}).')
    reference = reference.strip()
    if len(reference) > LONGEST_REFERENCE or not is_storable(reference):
        raise Invalid(f'record must be an id of at most {LONGEST_REFERENCE} characters.')
    return '' if PORTAL_OBJECTS[object_key].summarise else reference


def _summary(case: Case, failed: Rule | None) -> str:
    listing = case.listing
    what = f'{listing.singular.lower()} {case.reference}' if case.reference else f'“{listing.title}”'
    name = case.contact.name
    return f'{name} does not see {what}. {failed.sentence}' if failed else f'{name} sees {what}.'
