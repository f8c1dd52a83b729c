"""Rules that hold on every page, in both schemes and at both widths."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

STRANGERS = {
    "sign-in": "/accounts/login/",
    "password-reset": "/accounts/password/reset/",
}
PAGES = {
    "overview": "/",
    "metrics": "/metrics/",
    "metrics-found": "/metrics/?q=ticket&status=approved",
    "reports": "/metrics/reports/",
    "scorecard": "/metrics/scorecard/",
    "scorecard-loud": "/metrics/scorecard/?loud=1",
    "metric": "/metrics/ticket_resolution_hours_mean/",
    "metric-uptime": "/metrics/integration_uptime_production/",
    "metric-latency": "/metrics/probe_latency_seconds_p95/",
    "metric-draft": "/metrics/gross_margin/",
    "metric-comment": "/metrics/ticket_resolution_hours_mean/comment/",
    "metric-rebase": "/metrics/ticket_resolution_hours_mean/rebase/",
    "experiments": "/experiments/",
    "experiment-running": "/experiments/setup-checklist/",
    "experiment-decided": "/experiments/guided-setup/",
    "hypotheses": "/experiments/hypotheses/",
    "hypothesis": "/experiments/hypotheses/setup-asks-less/",
    "integrations": "/integrations/",
    "slos": "/integrations/slos/",
    "integration": "/integrations/asana-tasks/",
    "integration-maintenance": "/integrations/asana-goals/maintenance/new/",
    "integration-adjustment": "/integrations/asana-goals/adjustments/new/",
    "integration-tier": "/integrations/asana-goals/tier/",
    "integration-slo": "/integrations/asana-goals/slo/",
    "launches": "/launches/",
    "launch": "/launches/1/",
    "launch-new": "/launches/new/",
    "playbooks": "/playbooks/",
    "playbook": "/playbooks/integration-rollout/",
    "team": "/team/",
    "team-mine": "/team/me/",
    "team-training": "/team/trainings/new/",
    "insights": "/insights/",
    "insight": "/insights/1/",
    "insight-new": "/insights/new/",
    "needs": "/insights/needs/",
    "setup-cases": "/setup-cases/",
    "setup-case": "/setup-cases/1/",
    "ledger": "/ledger/",
    "ledger-entry": "/ledger/1/",
    "ledger-new": "/ledger/new/",
    "partners": "/partners/",
    "partner": "/partners/asana/",
    "partner-agreement": "/partners/asana/agreements/1/",
    "partner-review": "/partners/asana/reviews/1/",
    "partner-experiments": "/partners/experiments/",
    "partner-stage": "/partners/asana/stage/",
    "incidents": "/incidents/",
    "incident-reviewed": "/incidents/1/",
    "incident": "/incidents/2/",
    "incident-honesty": "/incidents/honesty/",
    "incident-new": "/incidents/new/",
    "escalations": "/escalations/",
    "escalation": "/escalations/2/",
    "escalation-new": "/escalations/new/",
    "escalation-rules": "/escalations/rules/",
    "escalation-rule-new": "/escalations/rules/new/",
    "support": "/support/",
    "tickets": "/tickets/",
    "ticket": "/tickets/19990/",
    "ticket-clocks": "/tickets/19990/clocks/",
    "ticket-new": "/tickets/new/",
    "promises": "/tickets/promises/?ticket=19990",
    "cover": "/tickets/cover/",
    "mail-aside": "/tickets/mail/",
    "mail-page": "/tickets/mail/1/",
    "notifications": "/notifications/",
    "notification-settings": "/notifications/settings/",
    "outbox": "/notifications/outbox/",
    "status": "/status/",
    "search": "/search/?q=asana",
    "search-empty": "/search/?q=zzzzzzz",
    "data-health": "/data-health/",
    "password-change": "/accounts/password/change/",
    "admin": "/admin/",
    "admin-tickets": "/admin/support/ticket/",
    "admin-ticket": "/admin/support/ticket/19990/change/",
    "admin-metric-draft": "/admin/metrics/metricdraft/add/",
    "admin-check": "/admin/partnerships/healthcheck/1/change/",
    "missing": "/metrics/nothing-of-the-kind/",
}
STATUS = {"missing": 404}
SCHEMES, WIDTHS = ("light", "dark"), (1360, 390)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SETTLED = "Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => null)"
"""The admin fades from one scheme into the other."""
INLINE = re.compile(r"<[^>]+\sstyle=|<style|<script(?![^>]*\ssrc=)")


def _problems(view):
    """What axe finds, one line per rule and place."""
    found = Axe().run(view.page).response["violations"]
    return [
        f"{rule['id']}: {node['target'][0]} ({' '.join(node['failureSummary'].split())[:300]})"
        for rule in found
        for node in rule["nodes"]
    ]


def _assert_sound(view, keep_picture, name):
    """The page as it was loaded, then in both schemes."""
    assert view.violations() == []  # Before axe, which puts a style of its own into the page.
    assert view.off_host() == []
    assert view.page.evaluate(OVERFLOW) <= 0
    assert INLINE.findall(view.source) == []
    assert [line for line in view.console if line.startswith("error") and "404" not in line] == []
    for scheme in SCHEMES:
        view.page.emulate_media(color_scheme=scheme)
        view.page.evaluate(SETTLED)
        keep_picture(view, f"{name}-{scheme}-{view.page.viewport_size['width']}")
        assert (scheme, _problems(view)) == (scheme, [])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound(open_view, keep_picture, name, width):
    view = open_view(width=width)

    status = view.open(PAGES[name])

    assert status == STATUS.get(name, 200)
    _assert_sound(view, keep_picture, name)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", STRANGERS)
def test_page_for_strangers_is_sound(open_view, keep_picture, name, width):
    view = open_view(known=False, width=width)

    status = view.open(STRANGERS[name])

    assert status == 200
    _assert_sound(view, keep_picture, name)


def test_api_documentation_is_sound(open_view):
    """Swagger's own pages are not ours to make accessible, but nothing may come from or go to another host."""
    view = open_view()

    assert view.open("/api/docs/") == 200
    view.page.wait_for_selector(".swagger-ui .info")

    assert view.violations() == []
    assert view.off_host() == []


def test_overview_is_small(open_view):
    """Under 100 kB over the wire without caching."""
    view = open_view()
    transferred = "performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize || 0), 0)"

    view.open("/")

    assert 0 < view.page.evaluate(transferred) < 100_000
