"""The admin's forms, exports and the API's page in Chromium."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

SCREENS = 40
PAGES = {
    "ticket-add": "/admin/support/ticket/add/",
    "user": "/admin/operations/user/1/change/",
    "user-add": "/admin/operations/user/add/",
    "export": "/admin/partnerships/partner/export/",
    "history": "/admin/auditlog/logentry/",
    "delete": "/admin/partnerships/partner/1/delete/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_admin_page_is_sound(open_view, name, scheme):
    view = open_view(scheme=scheme)

    status = view.open(PAGES[name])
    view.page.wait_for_load_state("networkidle")

    assert status == 200
    assert view.violations() == []
    assert view.off_host() == []
    found = Axe().run(view.page).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []


def test_swagger_runs_under_the_strict_policy_from_this_host(open_view):
    view = open_view()

    status = view.open("/api/docs/")
    view.page.click(".opblock-tag:has-text('support')")
    wanted = view.page.locator("text=/api/v1/tickets/{id}/transitions/")
    for _ in range(SCREENS):  # Swagger UI draws only what is near the window.
        if wanted.count():
            break
        view.page.mouse.wheel(0, 600)
        view.page.wait_for_timeout(100)

    assert status == 200
    assert view.violations() == []
    assert view.off_host() == []
    assert wanted.count() == 1
