"""One example for each constraint of incidents and what belongs to them."""

from datetime import timedelta

from tests import factories as f
from tests import factories_incidents as i

HOUR = timedelta(hours=1)
NOW = f.NOW


def automatic_twice():
    integration = f.IntegrationFactory()
    for _ in range(2):
        i.IncidentFactory(integration=integration, is_automatic=True, opened_by=None, started_at=NOW)


def period_twice():
    incident, integration = i.IncidentFactory(), f.IntegrationFactory()
    for _ in range(2):
        i.AffectedIntegrationFactory(incident=incident, integration=integration)


def role_twice():
    incident = i.IncidentFactory()
    for _ in range(2):
        i.IncidentRoleFactory(incident=incident)


def acknowledged(**fields):
    return lambda: i.IncidentFactory(**{"acknowledged_at": NOW, "acknowledged_by": f.UserFactory(), **fields})


def approved(**fields):
    """A message that somebody else approved, but for these fields."""
    return lambda: i.CommunicationFactory(
        **{"state": "approved", "approved_at": NOW, "approved_by": f.UserFactory(), **fields}
    )


def sent(**fields):
    """A message that was sent, but for these fields."""
    steps = {"state": "sent", "sent_at": NOW, "sent_by": f.UserFactory, "recipients": "a@example.com", **fields}

    def make():
        values = {name: value() if value is f.UserFactory else value for name, value in steps.items()}
        approved(**values)()

    return make


def approved_by_its_author():
    author = f.UserFactory()
    approved(drafted_by=author, approved_by=author)()


def vendor_incident_twice():
    partner = f.PartnerFactory()
    i.VendorIncidentFactory.create_batch(2, partner=partner, external_id="a")


def below(factory, name, parent, **fields):
    """Two rows below one parent that agree in these fields."""

    def make():
        row = parent()
        for _ in range(2):
            factory(**{name: row}, **fields)

    return make


def link_twice():
    incident, theirs = i.IncidentFactory(), i.VendorIncidentFactory()
    i.IncidentLinkFactory.create_batch(2, incident=incident, vendor_incident=theirs)


def ended(**fields):
    """A done action, but for these fields."""
    return lambda: i.PostMortemActionFactory(
        **{"state": "done", "evidence": "a test", "ended_at": NOW, "ended_by": f.UserFactory(), **fields}
    )


INCIDENT_VIOLATIONS = {
    "incident_fault_valid": lambda: i.IncidentFactory(fault="odd"),
    "communicationtemplate_audience_valid": lambda: i.CommunicationTemplateFactory(audience="odd"),
    "communicationtemplate_phase_valid": lambda: i.CommunicationTemplateFactory(phase="odd"),
    "communicationtemplate_subject_not_blank": lambda: i.CommunicationTemplateFactory(subject=""),
    "communicationtemplate_body_not_blank": lambda: i.CommunicationTemplateFactory(body=""),
    "communicationtemplate_unique": lambda: i.CommunicationTemplateFactory.create_batch(
        2, audience="staff", phase="update"
    ),
    "communication_audience_valid": lambda: i.CommunicationFactory(audience="odd"),
    "communication_phase_valid": lambda: i.CommunicationFactory(phase="odd"),
    "communication_state_valid": lambda: i.CommunicationFactory(state="odd"),
    "communication_subject_not_blank": lambda: i.CommunicationFactory(subject=""),
    "communication_body_not_blank": lambda: i.CommunicationFactory(body=""),
    "communication_approved_at_with_approved_by": approved(approved_by=None),
    "communication_sent_at_with_sent_by": sent(sent_by=None),
    "communication_approved_at_after_drafted_at": approved(approved_at=NOW - HOUR),
    "communication_sent_at_after_approved_at": sent(sent_at=NOW - HOUR),
    "communication_four_eyes": approved_by_its_author,
    "communication_steps_fit_state": sent(recipients=""),
    "vendorincident_unique": vendor_incident_twice,
    "vendorincident_external_id_not_blank": lambda: i.VendorIncidentFactory(external_id=""),
    "vendorincident_title_not_blank": lambda: i.VendorIncidentFactory(title=""),
    "vendorincident_ended_at_after_started_at": lambda: i.VendorIncidentFactory(ended_at=NOW - HOUR),
    "vendorincident_last_seen_at_after_first_seen_at": lambda: i.VendorIncidentFactory(last_seen_at=NOW - HOUR),
    "vendorincidentupdate_unique": below(
        i.VendorIncidentUpdateFactory, "vendor_incident", i.VendorIncidentFactory, external_id="a"
    ),
    "vendorincidentupdate_external_id_not_blank": lambda: i.VendorIncidentUpdateFactory(external_id=""),
    "incidentlink_unique": link_twice,
    "incidentlink_state_valid": lambda: i.IncidentLinkFactory(state="odd", decided_at=NOW, decided_by=f.UserFactory()),
    "incidentlink_decided_at_with_decided_by": lambda: i.IncidentLinkFactory(state="confirmed", decided_at=NOW),
    "incidentlink_state_fits": lambda: i.IncidentLinkFactory(state="confirmed"),
    "postmortem_finished_at_with_finished_by": lambda: i.PostMortemFactory(finished_at=NOW),
    "contributingcause_category_valid": lambda: i.ContributingCauseFactory(category="odd"),
    "contributingcause_name_not_blank": lambda: i.ContributingCauseFactory(name=""),
    "contributingcause_unique": below(i.ContributingCauseFactory, "post_mortem", i.PostMortemFactory),
    "postmortemaction_kind_valid": lambda: i.PostMortemActionFactory(kind="odd"),
    "postmortemaction_state_valid": lambda: i.PostMortemActionFactory(state="odd"),
    "postmortemaction_title_not_blank": lambda: i.PostMortemActionFactory(title=""),
    "postmortemaction_ended_at_with_ended_by": ended(ended_by=None),
    "postmortemaction_end_fits_state": ended(evidence=""),
    "incident_title_not_blank": lambda: i.IncidentFactory(title=""),
    "incident_state_valid": lambda: i.IncidentFactory(state="odd"),
    "incident_impact_valid": lambda: i.IncidentFactory(impact="odd"),
    "incident_urgency_valid": lambda: i.IncidentFactory(urgency="odd"),
    "incident_tier_valid": lambda: i.IncidentFactory(tier="gold"),
    "incident_severity_valid": lambda: i.IncidentFactory(severity="sev9"),
    "incident_detected_at_after_started_at": lambda: i.IncidentFactory(started_at=NOW + HOUR),
    "incident_opened_at_after_detected_at": lambda: i.IncidentFactory(detected_at=NOW + HOUR),
    "incident_acknowledged_at_after_opened_at": acknowledged(acknowledged_at=NOW - HOUR),
    "incident_restored_at_after_started_at": lambda: i.ResolvedIncidentFactory(restored_at=NOW - HOUR),
    "incident_resolved_at_after_opened_at": lambda: i.ResolvedIncidentFactory(resolved_at=NOW - HOUR),
    "incident_closed_at_after_resolved_at": lambda: i.ResolvedIncidentFactory(state="closed", closed_at=NOW),
    "incident_acknowledged_at_with_acknowledged_by": acknowledged(acknowledged_by=None),
    "incident_one_automatic": automatic_twice,
    "incident_automatic_has_cause": lambda: i.IncidentFactory(is_automatic=True),
    "incident_ends_fit_state": lambda: i.ResolvedIncidentFactory(state="monitoring"),
    "incident_merged_is_closed": lambda: i.IncidentFactory(merged_into=i.IncidentFactory()),
    "incidentrole_role_valid": lambda: i.IncidentRoleFactory(role="cook"),
    "incidentrole_ended_at_after_started_at": lambda: i.IncidentRoleFactory(ended_at=NOW - HOUR),
    "incidentrole_one_open_per_incident_role": role_twice,
    "incidentevent_kind_valid": lambda: i.IncidentEventFactory(kind="odd"),
    "incidentevent_recorded_at_after_occurred_at": lambda: i.IncidentEventFactory(occurred_at=NOW + HOUR),
    "incidentevent_state_has_states": lambda: i.IncidentEventFactory(kind="state"),
    "incidentevent_effect_has_cause": lambda: i.IncidentEventFactory(kind="effect"),
    "incidentevent_key_unique": lambda: i.IncidentEventFactory.create_batch(2, key="k"),
    "affectedintegration_effect_valid": lambda: i.AffectedIntegrationFactory(effect="odd"),
    "affectedintegration_ended_at_after_started_at": lambda: i.AffectedIntegrationFactory(ended_at=NOW - HOUR),
    "affectedintegration_one_open_per_incident_integration": period_twice,
}
