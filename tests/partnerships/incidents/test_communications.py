from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from foundation.errors import InvalidInputError, RefusedTransitionError, StaleWriteError
from operations.models import Escalation, OutboxMessage
from operations.services.sending import send_due_messages
from partnerships.incidents.default_templates import default_words
from partnerships.incidents.placeholders import fill_in, list_unknown
from partnerships.models import Audience, Communication, CommunicationTemplate, Incident, IncidentEvent, Phase
from partnerships.services.incidents import (
    NewCommunication,
    Said,
    approve_communication,
    draft_communication,
    send_communication,
    withdraw_communication,
)
from partnerships.services.incidents.overdue import tell_overdue_updates
from tests.factories import NOW, IntegrationFactory, SuperuserFactory, UserFactory
from tests.factories_incidents import (
    AffectedIntegrationFactory,
    CommunicationTemplateFactory,
    IncidentFactory,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def sev1(**fields):
    return IncidentFactory(
        severity="sev1",
        title="Payouts fail",
        started_at=NOW - 10 * MINUTE,
        update_due_at=NOW + 30 * MINUTE,
        external_update_due_at=NOW + 60 * MINUTE,
        **fields,
    )


def drafted(incident, audience="staff", phase="holding", **fields):
    new = NewCommunication(audience=audience, phase=phase, **fields)
    return draft_communication(incident_id=incident.pk, new=new, said=Said(NOW, UserFactory()))


def approve(draft, at=NOW + MINUTE):
    return approve_communication(communication_id=draft.pk, said=Said(at, UserFactory()))


def send(draft, at=NOW + 2 * MINUTE):
    return send_communication(communication_id=draft.pk, said=Said(at, UserFactory()))


@pytest.mark.parametrize("audience", Audience.values)
@pytest.mark.parametrize("phase", Phase.values)
def test_default_words_name_only_what_there_is(audience, phase):
    words = default_words(audience, phase)

    assert list_unknown(words.subject + words.body) == []


def test_placeholders_are_filled_in_once_and_never_run():
    assert fill_in("{title} {odd} {title.__class__}", {"title": "{state}", "state": "x"}) == (
        "{state} {odd} {title.__class__}"
    )
    assert list_unknown("{title} {title.__class__} {odd}") == ["odd", "title.__class__"]


def test_a_template_with_an_unknown_placeholder_is_refused():
    template = CommunicationTemplate(audience="staff", phase="update", subject="{title}", body="{password}")

    with pytest.raises(ValidationError) as caught:
        template.full_clean()

    assert list(caught.value.message_dict) == ["body"]


def test_a_draft_is_filled_in_from_the_template():
    incident = sev1(summary="All of them")
    AffectedIntegrationFactory(incident=incident, integration=IntegrationFactory(name="Asana"))
    CommunicationTemplateFactory(
        audience="customers", phase="update", subject="{severity} {title}", body="{integrations}: {summary} {lasted}"
    )

    draft = drafted(incident, "customers", "update")

    assert (draft.subject, draft.body, draft.state) == ("SEV1 Payouts fail", "Asana: All of them 10 min", "draft")


def test_own_words_and_recipients_are_kept():
    draft = drafted(sev1(), "partner", subject=" Ours ", body="Words", recipients=" a@x.example \n\n b \n a@x.example")

    assert (draft.subject, draft.body, draft.recipients) == ("Ours", "Words", "a@x.example\nb")


def test_nobody_approves_their_own_words():
    draft = drafted(sev1())

    with pytest.raises(InvalidInputError):
        approve_communication(communication_id=draft.pk, said=Said(NOW, draft.drafted_by))
    with pytest.raises(RefusedTransitionError):
        send(draft)

    assert Communication.objects.get().state == "draft"


def test_our_own_people_get_it_once_through_the_outbox():
    incident = sev1()
    coo, executive = UserFactory(groups=["coo"]), UserFactory(groups=["executive", "coo"])
    UserFactory(groups=["support_agent"])
    draft = drafted(incident, "executives")
    approve(draft)

    sent = send(draft)

    assert set(sent.recipients.splitlines()) == {f"{one.name} <{one.email}>" for one in (coo, executive)}
    told = OutboxMessage.objects.filter(event=f"incident:{incident.pk}:communication:{draft.pk}")
    assert {message.user_id for message in told} == {coo.pk, executive.pk}
    with pytest.raises(RefusedTransitionError):
        send(draft)
    incident.refresh_from_db()
    assert incident.update_due_at == NOW + 32 * MINUTE
    assert incident.external_update_due_at == NOW + 60 * MINUTE
    assert sent.body in IncidentEvent.objects.latest("pk").text


def test_those_outside_need_recipients_and_have_a_clock_of_their_own():
    incident = sev1()
    lonely = drafted(incident, "customers")
    approve(lonely)
    with pytest.raises(InvalidInputError) as caught:
        send(lonely)
    assert caught.value.field == "recipients"

    draft = drafted(incident, "customers", recipients="list@x.example")
    approve(draft)
    send(draft)

    incident.refresh_from_db()
    assert incident.update_due_at == NOW + 30 * MINUTE
    assert incident.external_update_due_at == NOW + 62 * MINUTE


def test_those_outside_are_mailed_the_approved_words_and_the_others_told_by_hand(client):
    incident = sev1()
    lines = "Ann <Ann@x.example>\nann@x.example\nlist@x.example\nStatus board in the hall\nbob@@x"
    draft = drafted(incident, "customers", subject="Payouts: late", body="We look into it.", recipients=lines)
    client.force_login(SuperuserFactory())
    before = client.get(incident.get_absolute_url()).text
    approve(draft)
    sent = send(draft)
    waiting = client.get(incident.get_absolute_url()).text
    send_due_messages(at=NOW + 2 * MINUTE)
    send_due_messages(at=NOW + 3 * MINUTE)

    assert sent.mailed_to.splitlines() == ["Ann <Ann@x.example>", "ann@x.example", "list@x.example"]
    assert sorted((one.to, one.subject, one.body) for one in mail.outbox) == [
        (["ann@x.example"], "Payouts: late", "We look into it."),
        (["list@x.example"], "Payouts: late", "We look into it."),
    ]
    told = IncidentEvent.objects.latest("pk").text
    assert "Mailed to: Ann <Ann@x.example>, ann@x.example, list@x.example." in told
    assert "Told by hand: Status board in the hall, bob@@x." in told
    assert "list@x.example: by mail" in before
    assert "bob@@x: by hand" in before
    assert "list@x.example: mailed, waiting" in waiting
    after = client.get(incident.get_absolute_url()).text
    assert "list@x.example: mailed, sent" in after
    assert "Status board in the hall: told by hand" in after


def test_three_mails_outside_within_a_minute_leave_singly():
    for _ in range(3):
        draft = drafted(sev1(), "partner", body="Words", recipients="ann@x.example")
        approve(draft)
        send(draft)
    send_due_messages(at=NOW + 2 * MINUTE)

    assert [one.body for one in mail.outbox] == ["Words"] * 3


def test_where_no_mail_is_set_up_all_are_told_by_hand(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    draft = drafted(sev1(), "customers", recipients="list@x.example")
    approve(draft)

    assert (send(draft).mailed_to, OutboxMessage.objects.count()) == ("", 0)
    assert "Told by hand: list@x.example." in IncidentEvent.objects.latest("pk").text


def test_a_list_that_is_too_long_is_refused():
    with pytest.raises(InvalidInputError) as caught:
        drafted(sev1(), "customers", recipients="\n".join(f"{n}@x.example" for n in range(201)))
    assert caught.value.field == "recipients"


def test_withdrawn_and_stale_messages_go_nowhere():
    draft = drafted(sev1())
    with pytest.raises(StaleWriteError):
        withdraw_communication(communication_id=draft.pk, said=Said(NOW, UserFactory(), version=9))
    withdraw_communication(communication_id=draft.pk, said=Said(NOW, UserFactory()))

    for act in (approve, send):
        with pytest.raises(RefusedTransitionError):
            act(draft)


@pytest.mark.parametrize(("audience", "phase"), [("aunts", "update"), ("staff", "later")])
def test_unknown_audiences_and_phases_are_refused(audience, phase):
    with pytest.raises(InvalidInputError):
        drafted(sev1(), audience, phase)


def test_an_overdue_update_is_told_once_for_each_time_it_was_due():
    sev1()

    assert [tell_overdue_updates(at=NOW + minutes * MINUTE) for minutes in (29, 30, 31, 60, 61)] == [0, 1, 0, 1, 0]

    told = IncidentEvent.objects.filter(kind="communication").values_list("occurred_at", "recorded_at", "text")
    assert list(told) == [
        (NOW + 30 * MINUTE, NOW + 30 * MINUTE, "The update for our own people is overdue."),
        (NOW + 60 * MINUTE, NOW + 60 * MINUTE, "The update for those outside is overdue."),
    ]
    Incident.objects.update(update_due_at=NOW + 90 * MINUTE)
    assert tell_overdue_updates(at=NOW + 90 * MINUTE) == 1


def test_an_overdue_update_is_handed_up_until_it_is_sent():
    incident = sev1()
    UserFactory(groups=["coo"])
    tell_overdue_updates(at=NOW + 31 * MINUTE)

    raised = Escalation.objects.get()
    assert (raised.kind, raised.subject, raised.ended_at) == ("process_failure", f"incident:{incident.pk}", None)

    draft = drafted(incident, "executives", "update")
    approve(draft, NOW + 32 * MINUTE)
    send(draft, NOW + 33 * MINUTE)

    raised.refresh_from_db()
    assert raised.ended_at == NOW + 33 * MINUTE


@pytest.mark.parametrize("field", ["subject", "body", "recipients"])
def test_a_message_holds_no_control_characters(field):
    with pytest.raises(InvalidInputError) as caught:
        drafted(sev1(), **{field: "On\x0be"})

    assert caught.value.field == field
    assert drafted(sev1(), body="One\n\ttwo\r\nthree").pk
