"""Factories of dates, limits, launches and set-up cases; imported by tests.factories."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from operations.models import GateCheck, Playbook, PlaybookRun, PlaybookStep, PlaybookVersion, RunStep
from partnerships.models import Launch, LedgerEntry, LedgerNotice, LedgerRenewal, QuotaWindow, ResultCursor
from support.models import SetupCase, SetupItem

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""As in tests.factories, which imports this module."""


class LedgerEntryFactory(DjangoModelFactory):
    class Meta:
        model = LedgerEntry

    kind = "contract"
    title = factory.Sequence(lambda n: f"Contract {n}")
    due_at = NOW + timedelta(days=45)


class LedgerRenewalFactory(DjangoModelFactory):
    class Meta:
        model = LedgerRenewal

    entry = factory.SubFactory(LedgerEntryFactory)
    renewed_at = NOW
    evidence = "Countersigned copy in the archive."
    next_due_at = NOW + timedelta(days=400)


class LedgerNoticeFactory(DjangoModelFactory):
    class Meta:
        model = LedgerNotice

    entry = factory.SubFactory(LedgerEntryFactory)
    lead_days = 60
    due_at = NOW + timedelta(days=45)
    noticed_at = NOW


class ResultCursorFactory(DjangoModelFactory):
    class Meta:
        model = ResultCursor

    name = factory.Sequence(lambda n: f"reader-{n}")
    read_up_to = 0
    moved_at = NOW


class QuotaWindowFactory(DjangoModelFactory):
    class Meta:
        model = QuotaWindow

    integration = factory.SubFactory("tests.factories.IntegrationFactory")
    resource = "core"
    limit = 5000
    remaining = 4000
    began_at = NOW - timedelta(minutes=10)
    seen_at = NOW
    resets_at = NOW + timedelta(minutes=50)
    window_seconds = 3600
    rate_from_at = NOW - timedelta(minutes=10)
    rate_from_remaining = 4100


class PlaybookFactory(DjangoModelFactory):
    class Meta:
        model = Playbook

    key = factory.Sequence(lambda n: f"playbook-{n}")
    name = factory.Sequence(lambda n: f"Playbook {n}")


class PlaybookVersionFactory(DjangoModelFactory):
    class Meta:
        model = PlaybookVersion

    playbook = factory.SubFactory(PlaybookFactory)
    number = 1
    created_at = NOW


class PlaybookStepFactory(DjangoModelFactory):
    class Meta:
        model = PlaybookStep

    playbook_version = factory.SubFactory(PlaybookVersionFactory)
    key = factory.Sequence(lambda n: f"step-{n}")
    position = 0
    phase = "Preparation"
    title = factory.Sequence(lambda n: f"Step {n}")


class PlaybookRunFactory(DjangoModelFactory):
    class Meta:
        model = PlaybookRun

    playbook_version = factory.SubFactory(PlaybookVersionFactory)
    name = factory.Sequence(lambda n: f"Run {n}")
    anchor_on = (NOW + timedelta(days=30)).date()
    started_at = NOW
    started_by = factory.SubFactory("tests.factories.UserFactory")


class RunStepFactory(DjangoModelFactory):
    class Meta:
        model = RunStep

    run = factory.SubFactory(PlaybookRunFactory)
    key = factory.Sequence(lambda n: f"step-{n}")
    position = 0
    phase = "Preparation"
    title = factory.Sequence(lambda n: f"Step {n}")
    due_on = NOW.date()


class GateCheckFactory(DjangoModelFactory):
    class Meta:
        model = GateCheck

    step = factory.SubFactory(RunStepFactory)
    decided_at = NOW
    decided_by = factory.SubFactory("tests.factories.UserFactory")
    decision = "go"
    verdict = "go"


class LaunchFactory(DjangoModelFactory):
    class Meta:
        model = Launch

    kind = "rollout"
    integration = factory.SubFactory("tests.factories.IntegrationFactory")
    partner = factory.SelfAttribute("integration.partner")
    run = factory.SubFactory(PlaybookRunFactory)
    created_at = NOW
    created_by = factory.SubFactory("tests.factories.UserFactory")


class SetupCaseFactory(DjangoModelFactory):
    class Meta:
        model = SetupCase
        skip_postgeneration_save = True

    customer = factory.SubFactory("tests.factories.CustomerFactory")
    title = factory.Sequence(lambda n: f"Set-up {n}")
    started_at = NOW


class SetupItemFactory(DjangoModelFactory):
    class Meta:
        model = SetupItem

    case = factory.SubFactory(SetupCaseFactory)
    text = factory.Sequence(lambda n: f"Item {n}")


LEDGER_FACTORIES = (
    SetupCaseFactory,
    SetupItemFactory,
    PlaybookFactory,
    PlaybookVersionFactory,
    PlaybookStepFactory,
    PlaybookRunFactory,
    RunStepFactory,
    GateCheckFactory,
    LaunchFactory,
    LedgerEntryFactory,
    LedgerRenewalFactory,
    LedgerNoticeFactory,
    ResultCursorFactory,
    QuotaWindowFactory,
)
