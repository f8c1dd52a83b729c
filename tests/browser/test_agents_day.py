"""An agent's day without a mouse: take, reply, hold, escalate, solve with the cause, reopen."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("at work")]  # It changes tickets of the demo.


@pytest.fixture
def desk(open_view):
    view = open_view()
    view.open("/tickets/")
    return view


def send(view, words):
    view.page.keyboard.press("Control+Enter")
    view.page.wait_for_selector(f"[role=status] >> text={words}")


def choose_state(view, label):
    """The keys of a select: the letters of what is wanted."""
    view.page.keyboard.press("s")
    view.page.keyboard.type(label)


def test_ticket_is_handled_by_keys_alone(desk):
    keys = desk.page.keyboard

    desk.open("/tickets/new/")
    desk.page.focus("[name=subject]")
    keys.type("Keys only")
    send(desk, "is open")
    keys.press("t")
    desk.page.wait_for_selector("[role=status] >> text=yours")
    assert "nobody" not in desk.page.inner_text("dl.facts >> nth=0")

    keys.press("r")
    keys.type("We are looking into it.")
    send(desk, "The reply is added.")

    choose_state(desk, "On hold, internal")
    keys.press("Tab")
    keys.type("Waits for the release.")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("12312099")
    keys.press("Tab")
    keys.type("1000AM")
    send(desk, "is on hold, internal")

    keys.press("e")
    keys.type("The customer leaves if it is not solved today.")
    send(desk, "It is escalated.")
    assert desk.page.is_visible("text=help is asked for")

    choose_state(desk, "Solved")
    keys.press("Tab")
    keys.type("A worn token; renewed.")
    keys.press("Tab")
    keys.press("ArrowDown")
    send(desk, "is solved")
    assert not desk.page.is_visible("text=help is asked for")

    choose_state(desk, "Open")
    send(desk, "is open")
    assert "once" in desk.page.inner_text("dl.facts >> nth=0")
    assert desk.violations() == []


def test_rows_are_ticked_by_key_and_changed_together(desk):
    keys = desk.page.keyboard

    for _ in range(2):
        keys.press("j")
        keys.press("x")
    keys.press("b")
    desk.page.wait_for_selector("h1 >> text=Change 2 tickets")

    desk.page.select_option("[name=action]", "priority")
    desk.page.select_option("[name=priority]", "high")
    desk.page.click("button[value=preview]")
    desk.page.wait_for_selector("h2 >> text=What it would do")
    assert desk.page.locator("ul.rows li").count() == 2
    desk.page.click("button[value=do]")
    desk.page.wait_for_selector("button >> text=Undo")
    desk.page.click("button >> text=Undo")
    desk.page.wait_for_selector("[role=status] >> text=It is undone")
    assert desk.violations() == []
