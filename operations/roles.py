"""Who may do what: one table from role to permissions. What is not listed is denied.

A role is a Django group. A migration creates the names; the permissions are set to this table after every migrate, so
that a release changes them and a hand-edited role group is put right. Groups of other names are left alone.
"""

from collections.abc import Mapping, Sequence

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction

PARTNERSHIPS = (
    "partnerships.partner",
    "partnerships.partnerstagechange",
    "partnerships.obligation",
    "partnerships.obligationreview",
    "partnerships.termsversion",
    "partnerships.apiversion",
    "partnerships.apiversionuse",
    "partnerships.integration",
    "partnerships.tierperiod",
    "partnerships.healthcheck",
    "partnerships.checkresult",
    "partnerships.vantageresult",
    "partnerships.statusinterval",
    "partnerships.uptimehour",
    "partnerships.uptimeday",
    "partnerships.latencyhour",
    "partnerships.accountingprofile",
    "partnerships.slo",
    "partnerships.statuspage",
    "partnerships.statuscomponent",
    "partnerships.launch",
    "partnerships.ledgerentry",
    "partnerships.ledgerrenewal",
    "partnerships.ledgernotice",
    "partnerships.quotawindow",
    "partnerships.resultcursor",
    "partnerships.incident",
    "partnerships.incidentevent",
    "partnerships.incidentrole",
    "partnerships.affectedintegration",
    "partnerships.maintenance",
    "partnerships.adjustment",
    "partnerships.sloevent",
    "partnerships.sloday",
    "partnerships.burnalert",
    "partnerships.dependency",
    "partnerships.communicationtemplate",
    "partnerships.communication",
    "partnerships.vendorincident",
    "partnerships.vendorincidentupdate",
    "partnerships.incidentlink",
    "partnerships.postmortem",
    "partnerships.contributingcause",
    "partnerships.postmortemaction",
)
PARTNER_TERMS = (
    "partnerships.partnercontact",
    "partnerships.agreement",
    "partnerships.agreementversion",
    "partnerships.negotiationentry",
    "partnerships.partnershipsignoff",
)
"""What is between a partner and us: for those who deal with partners, not for everybody who sees their health."""
SUPPORT = (
    "support.customer",
    "support.team",
    "support.tag",
    "support.macro",
    "support.savedview",
    "support.bulkchange",
    "support.bulkitem",
    "support.tickettrigger",
    "support.triggerfiring",
    "support.ticket",
    "support.ticketevent",
    "support.setupcase",
    "support.setupitem",
    "support.slapolicy",
    "support.slapolicyversion",
    "support.ticketclock",
    "support.ticketchecklist",
    "support.clockcrossing",
    "support.breachexcuse",
    "support.ticketskill",
    "support.agentprofile",
    "support.dutyshift",
    "support.absence",
    "support.absencehandover",
    "support.coveragegap",
    "support.inboundmail",
    "support.mailhandling",
    "support.csatrequest",
    "support.csatresponse",
    "support.ticketattachment",
    "support.cause",
    "support.insight",
    "support.insightticket",
    "support.insighttransition",
    "support.requesternotice",
    "support.change",
    "support.changeoutcome",
    "support.outcomeverdict",
)
TEAM_QUALITY = (
    "support.reviewsample",
    "support.review",
    "support.reviewacknowledgement",
    "support.trainingrecord",
)
"""How people work: for their lead, operations and the auditor, and for each their own rows."""
METRICS = (
    "metrics.metric",
    "metrics.metricversion",
    "metrics.metricdraft",
    "metrics.annotation",
    "metrics.target",
    "metrics.baseline",
    "metrics.signalepisode",
    "metrics.enteredvalue",
    "metrics.daycell",
    "metrics.monthcell",
    "metrics.columnblock",
    "metrics.periodvalue",
    "metrics.valuerevision",
    "metrics.dirtymark",
    "metrics.sourcerun",
    "metrics.hypothesis",
    "metrics.experiment",
    "metrics.experimentarm",
    "metrics.experimentplanedit",
    "metrics.assignment",
    "metrics.exposure",
    "metrics.unitoutcome",
    "metrics.productevent",
    "metrics.funnel",
    "metrics.periodclose",
    "metrics.report",
    "metrics.selfcheck",
)
INGESTED = ("metrics.assignment", "metrics.exposure", "metrics.unitoutcome", "metrics.productevent")
INBOX = ("operations.notification", "operations.notificationpreference")  # Of one's own rows only.
PEOPLE = ("operations.user", "operations.heartbeat", *INBOX)
OUTBOX = ("operations.outboxmessage", "operations.webhookendpoint")
CALENDARS = ("operations.businesscalendar", "operations.calendarversion", "operations.calendarholiday")
ESCALATIONS = (
    "operations.escalation",
    "operations.escalationrun",
    "operations.escalationevent",
    "operations.escalationtrigger",
    "operations.escalationpolicy",
    "operations.escalationlevel",
    "operations.escalationrule",
    "operations.signalescalation",
)
PLAYBOOKS = (
    "operations.playbook",
    "operations.playbookversion",
    "operations.playbookstep",
    "operations.playbookrun",
    "operations.runstep",
    "operations.gatecheck",
)
RECORDS = ("operations.idempotencyrecord", "auditlog.logentry", "auth.group")

_ADD, _CHANGE, _OVERSEE = ("add",), ("add", "change"), ("oversee",)


def _may(actions: Sequence[str], *models: str) -> frozenset[str]:
    """Permission names of the actions on models given as app.model."""
    split = (model.split(".") for model in models)
    return frozenset(f"{app}.{action}_{name}" for app, name in split for action in actions)


def _view(*models: str) -> frozenset[str]:
    return _may(("view",), *models)


_METRICS_READER = _view(*METRICS, *PEOPLE, *CALENDARS, *PLAYBOOKS, *ESCALATIONS)
_EVERYTHING_READER = _view(
    *PARTNERSHIPS, *PARTNER_TERMS, *SUPPORT, *METRICS, *PEOPLE, *CALENDARS, *PLAYBOOKS, *ESCALATIONS, *OUTBOX
) | _may(_OVERSEE, "support.csatrequest")
_TEAM_READER = _view(*TEAM_QUALITY) | _may(_OVERSEE, "support.review")
_ESCALATE = _may(_CHANGE, "operations.escalation")  # Raising a matter, and answering for one.
_RUNNER = _may(_CHANGE, "operations.playbookrun", "operations.runstep")
_PARTNER_EDITOR = (
    _view(*PARTNERSHIPS, *PARTNER_TERMS)
    | _may(("add", "change", "delete"), "partnerships.partnercontact")
    | _may(("add", "change", "delete"), "partnerships.apiversion", "partnerships.apiversionuse")
    | _may(_CHANGE, "partnerships.agreement", "partnerships.obligation")
    | _may(_ADD, "partnerships.agreementversion", "partnerships.negotiationentry")
    | _may(_ADD, "partnerships.termsversion", "partnerships.partnershipsignoff")
    | _may(_CHANGE, "partnerships.partner", "partnerships.integration", "partnerships.healthcheck")
    | _may(_ADD, "partnerships.slo")
    | _may(_CHANGE, "partnerships.ledgerentry")
    | _may(_ADD, "partnerships.launch")
    | _may(_CHANGE, "partnerships.maintenance", "partnerships.adjustment")
    | _may(_ADD, "partnerships.vantageresult")
    | _may(("add", "delete"), "partnerships.dependency")
    | _may(("delete",), "partnerships.partner", "partnerships.integration", "partnerships.healthcheck")
    | _may(_CHANGE, "partnerships.incident", "partnerships.communicationtemplate", "partnerships.communication")
    | _may(("change",), "partnerships.incidentlink")
    | _may(_CHANGE, "partnerships.postmortem", "partnerships.postmortemaction")
)
_MAIL_CARRIER = _may(_ADD, "support.inboundmail")  # A tool that brings mail in.
_TICKET_EDITOR = (
    _view(*SUPPORT)
    | _may(_CHANGE, "support.ticket", "support.customer", "support.setupcase")
    | _may(_CHANGE, "support.insight", "support.change")
    | _may(("add", "change", "delete"), "support.savedview")
)
_SUPPORT_EDITOR = (
    _TICKET_EDITOR
    | _may(_CHANGE, "support.team", "support.slapolicy")
    | _may(_ADD, "support.slapolicyversion", "support.breachexcuse")
    | _may(_CHANGE, "support.tag", "support.macro", "support.tickettrigger")
    | _may(("delete",), "support.customer", "support.team", "support.tag", "support.macro", "support.tickettrigger")
    | _may(_CHANGE, "support.tag")
    | _may(("add", "change", "delete"), "support.cause")
    | _TEAM_READER
    | _may(_OVERSEE, "support.csatrequest")
    | _may(_ADD, "support.review")
    | _may(_CHANGE, "support.trainingrecord")
    | _may(("delete",), "support.customer", "support.team", "support.tag")
    | _may(("add", "change", "delete"), "support.ticketskill", "support.agentprofile", "support.dutyshift")
    | _may(_CHANGE, "support.absence")
)
_METRIC_EDITOR = (
    _view(*METRICS)
    | _may(_CHANGE, "metrics.metric", "metrics.metricdraft")
    | _may(("approve",), "metrics.metricdraft")
    | _may(_ADD, "metrics.target", "metrics.baseline", "metrics.enteredvalue")
    | _may(_ADD, "metrics.periodclose", "metrics.report")
    | _may(_CHANGE, "metrics.annotation", "metrics.hypothesis", "metrics.experiment", "metrics.funnel")
    | _may(_ADD, "metrics.experimentplanedit", *INGESTED)
    | _may(("add", "change", "delete"), "metrics.experimentarm")  # Below their experiment, while it is a draft.
)
_OPERATIONS = (
    _EVERYTHING_READER
    | _PARTNER_EDITOR
    | _SUPPORT_EDITOR
    | _MAIL_CARRIER
    | _METRIC_EDITOR
    | _may(_CHANGE, "partnerships.accountingprofile", "operations.user")
    | _may(_CHANGE, "operations.webhookendpoint", "partnerships.statuspage", "partnerships.statuscomponent")
    | _may(("delete",), "partnerships.statuscomponent")
    | _may(_CHANGE, "operations.webhookendpoint", "operations.playbook")
    | _RUNNER
    | _may(("replay",), "operations.outboxmessage")
    | _may(("guide",), "support.customer")
    | _may(_CHANGE, "operations.businesscalendar", "operations.calendarholiday")
    | _may(_ADD, "operations.calendarversion")
    | _may(_CHANGE, "operations.escalationpolicy", "operations.escalationlevel", "operations.escalationrule")
    | _may(("delete",), "operations.escalationlevel", "operations.escalationrule")
    | _ESCALATE
    | _may(("delete",), "operations.calendarholiday")
    | _view("auth.group")
)

ROLES: Mapping[str, frozenset[str]] = {
    "executive": _EVERYTHING_READER,
    "coo": _OPERATIONS | _view(*RECORDS),
    "operations": _OPERATIONS,
    "partner_manager": _PARTNER_EDITOR | _METRICS_READER | _RUNNER | _ESCALATE,
    "support_lead": _SUPPORT_EDITOR | _METRICS_READER | _view(*PARTNERSHIPS) | _ESCALATE,
    "support_agent": _TICKET_EDITOR | _view(*TEAM_QUALITY) | _METRICS_READER | _view(*PARTNERSHIPS) | _ESCALATE,
    "contractor_manager": _METRICS_READER,
    "finance": _METRICS_READER,
    "auditor": _EVERYTHING_READER | _TEAM_READER | _view(*RECORDS),
    "tool_partnerships": _PARTNER_EDITOR,
    "tool_support": _TICKET_EDITOR | _MAIL_CARRIER | _may(_OVERSEE, "support.csatrequest"),
    "tool_metrics": _view(*METRICS) | _may(_ADD, "metrics.enteredvalue", *INGESTED),
}


def synchronise_roles(*, using: str = "default") -> None:
    """Give every role group exactly its permissions; creates what is missing, safe to repeat.

    Raises LookupError when the table names a permission that no model has.
    """
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    unknown = frozenset().union(*ROLES.values()) - set(known)
    if unknown:
        raise LookupError(f"The role table names unknown permissions: {', '.join(sorted(unknown))}.")
    with transaction.atomic(using=using):
        for name, permissions in ROLES.items():
            group, _ = Group.objects.using(using).get_or_create(name=name)
            group.permissions.set([known[permission] for permission in sorted(permissions)])
