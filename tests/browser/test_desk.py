"""The desk in the browser: two people on one ticket, a checklist, mail that was kept aside."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("at work")]  # It changes tickets of the demo.


def open_ticket(view, subject):
    """A new ticket; its path."""
    view.open("/tickets/new/")
    view.page.fill("[name=subject]", subject)
    view.page.click("main button[type=submit]")
    view.page.wait_for_selector("[role=status] >> text=is open")
    return re.sub(r"^https?://[^/]+", "", view.page.url)


def sign_in(view, name):
    view.open("/accounts/login/")
    view.page.fill("input[name=login]", f"{name}@fieldlight.example")
    view.page.fill("input[name=password]", "fieldlight-demo")
    view.page.click("form button[type=submit]")
    view.page.wait_for_url(f"{view.address}/")


def reply(view, words):
    view.page.fill("#message-body", words)
    view.page.click("form[action$='/message/'] button[type=submit]")


@pytest.fixture
def ana(open_view):
    view = open_view(known=False)
    sign_in(view, "support")
    return view


def test_two_people_on_one_ticket_see_each_other_and_no_reply_crosses(open_view, ana):
    clara = open_view()
    path = open_ticket(clara, "Two at once")

    ana.open(path)
    ana.page.wait_for_selector("#presence >> text=Clara Osei has it open.")
    clara.page.focus("#message-body")
    clara.page.keyboard.type("I look")
    with ana.page.expect_response(lambda answer: answer.url.endswith("/presence/")):
        ana.page.dispatch_event("body", "pointerdown")
        ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    ana.page.wait_for_selector("#presence >> text=Clara Osei is writing.")

    reply(ana, "Ana answers.")
    ana.page.wait_for_selector("[role=status] >> text=The reply is added.")
    reply(clara, "Clara answers, later.")
    clara.page.wait_for_selector("[role=alert] >> text=1 message came since you opened this ticket")
    assert clara.page.input_value("#message-body") == "Clara answers, later."
    assert clara.page.is_visible("text=Ana answers.")

    clara.page.click("form[action$='/message/'] button[type=submit]")
    clara.page.wait_for_selector("[role=status] >> text=The reply is added.")
    assert clara.violations() == ana.violations() == []


def test_page_without_scripts_shows_who_is_there(open_view, ana, browser, demo, signed_in):
    path = open_ticket(ana, "Without scripts")
    with ana.page.expect_response(lambda answer: answer.url.endswith("/presence/")):
        ana.page.reload()

    plain = browser.new_context(storage_state=signed_in, java_script_enabled=False).new_page()
    plain.goto(f"{demo.address}{path}")

    assert "Ana Silva has it open." in plain.inner_text("#presence")
    plain.context.close()


def test_checklist_holds_a_ticket_until_its_steps_are_done(open_view):
    view = open_view()
    open_ticket(view, "Money back")
    page = view.page

    page.click("summary >> text=Add a checklist")
    page.select_option("#checklist-playbook", label="Give access back")
    page.click("form:has(#checklist-playbook) button")
    page.wait_for_selector("h2 >> text=Give access back")
    page.select_option("#state-state", "solved")
    page.select_option("#state-category", index=1)
    page.fill("#state-reason", "A lost phone.")
    page.click("button >> text=Change state")
    page.wait_for_selector("text=These steps of its checklists come first")

    page.fill("[name=evidence]", "A call to the number that we know")
    for title in ("Make sure that it is the account", "Open the account", "Send the way"):
        page.click(f"button[aria-label^='Done: {title}']")
        page.wait_for_selector("[role=status] >> text=The step is done.")
    assert "Clara Osei" in page.inner_text("section:has(h2:text('Give access back')) ul.rows")

    page.select_option("#state-state", "solved")
    page.select_option("#state-category", index=1)
    page.fill("#state-reason", "A lost phone.")
    page.click("button >> text=Change state")
    page.wait_for_selector("[role=status] >> text=is solved.")
    assert view.violations() == []


def test_mail_kept_aside_becomes_a_ticket_once(open_view):
    view = open_view()
    view.open("/tickets/mail/")
    page = view.page

    page.click("a >> text=Charged twice in November")
    page.wait_for_selector("text=our card was charged twice")
    address = page.url
    page.click("button >> text=Open a ticket")
    page.wait_for_selector("h1 >> text=Charged twice in November")
    assert "/tickets/mail/" not in page.url

    page.goto(address)
    assert page.is_visible("text=Opened a ticket")
    assert page.locator("form[action*='/tickets/mail/']").count() == 0
    page.goto(f"{view.address}/tickets/mail/")
    page.check("input[aria-label^='Tick Ten widgets']")
    page.fill("#discard-reason", "A newsletter.")
    page.click("button >> text=Discard")
    page.wait_for_selector("[role=status] >> text=1 discarded.")
    assert view.violations() == []
