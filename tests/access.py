"""Who may do what, written down a second time: the product's role table must agree with this one, request by request.

A new page, API action or model without a row here fails `test_meta_access.py`.
"""

READ_ALL = {"executive", "coo", "operations", "auditor"}
RECORDS = {"coo", "auditor"}
OPERATE = {"coo", "operations"}
PARTNERS_READ = READ_ALL | {"partner_manager", "support_lead", "support_agent", "tool_partnerships"}
PARTNERS_WRITE = OPERATE | {"partner_manager", "tool_partnerships"}
SUPPORT_READ = READ_ALL | {"support_lead", "support_agent", "tool_support"}
TICKETS_WRITE = OPERATE | {"support_lead", "support_agent", "tool_support"}
SUPPORT_LEAD = OPERATE | {"support_lead"}
PEOPLE_READ = READ_ALL | {"partner_manager", "support_lead", "support_agent", "contractor_manager", "finance"}
METRICS_READ = PEOPLE_READ | {"tool_metrics"}
SIGNED_IN = PARTNERS_READ | SUPPORT_READ | METRICS_READ | {"nobody"}
EVERYBODY = SIGNED_IN | {"anonymous"}
INGEST = OPERATE | {"tool_metrics"}
NOBODY: set[str] = set()

ROLES = sorted(EVERYBODY)
"""Every role, and besides them `nobody`, an account without one, and `anonymous`."""

PAGES = {
    "dashboards:overview": SIGNED_IN,  # Each section asks for its own permission; without any the page is empty.
    "dashboards:search": SIGNED_IN,  # Finds only what the person may see.
    "dashboards:data_health": METRICS_READ,
    "dashboards:data_health_csv": METRICS_READ,
    "dashboards:data_health_json": METRICS_READ,
    "partnerships:integrations": PARTNERS_READ,
    "partnerships:integrations_csv": PARTNERS_READ,
    "partnerships:integration": PARTNERS_READ,
    "partnerships:integration_now": PARTNERS_READ,
    "partnerships:integration_tier": PARTNERS_WRITE,
    "partnerships:poll_integration": PARTNERS_WRITE,
    "partnerships:poll_check": PARTNERS_WRITE,
    "partnerships:check_pause": PARTNERS_WRITE,
    "partnerships:check_resume": PARTNERS_WRITE,
    "support:tickets": SUPPORT_READ,
    "support:tickets_csv": SUPPORT_READ,
    "support:ticket": SUPPORT_READ,
    "support:ticket_new": TICKETS_WRITE,
    "support:ticket_state": TICKETS_WRITE,
    "support:ticket_assign": TICKETS_WRITE,
    "support:ticket_message": TICKETS_WRITE,
    "support:import": TICKETS_WRITE,
    "support:import_result": TICKETS_WRITE,  # Of the person who sent the file; 404 for anybody else.
    "support:import_now": TICKETS_WRITE,
    "support:import_rejects": TICKETS_WRITE,
    "metrics:metrics": METRICS_READ,
    "metrics:metrics_csv": METRICS_READ,
    "metrics:metrics_json": METRICS_READ,
    "metrics:scorecard": METRICS_READ,
    "metrics:scorecard_csv": METRICS_READ,
    "metrics:scorecard_json": METRICS_READ,
    "metrics:metric": METRICS_READ,
    "metrics:series_csv": METRICS_READ,
    "metrics:series_json": METRICS_READ,
    "metrics:reports": METRICS_READ,
    "metrics:report": METRICS_READ,
    "metrics:report_json": METRICS_READ,
    "metrics:report_csv": METRICS_READ,
    "metrics:report_new": OPERATE,
    "metrics:comment": OPERATE,
    "metrics:rebase": OPERATE,
    "metrics:rows_csv": METRICS_READ & SUPPORT_READ,  # Of a metric made of tickets; other sources ask for their own.
    "experiments:experiments": METRICS_READ,
    "experiments:experiments_csv": METRICS_READ,
    "experiments:experiments_json": METRICS_READ,
    "experiments:hypotheses": METRICS_READ,
    "experiments:hypotheses_csv": METRICS_READ,
    "experiments:hypothesis": METRICS_READ,
    "experiments:hypothesis_action": OPERATE,
    "experiments:funnel": METRICS_READ,
    "experiments:funnel_csv": METRICS_READ,
    "experiments:funnel_json": METRICS_READ,
    "experiments:experiment": METRICS_READ,
    "experiments:experiment_csv": METRICS_READ,
    "experiments:experiment_json": METRICS_READ,
    "experiments:experiment_action": OPERATE,
    "heartbeats:beat": EVERYBODY,  # Its key is all that is asked for; others get 404.
    "operations:alive": EVERYBODY,
    "operations:ready": EVERYBODY,
    "operations:prometheus": EVERYBODY,  # From this machine, or with a token: tests/operations/test_health.py.
    "api:schema": SIGNED_IN,
    "api:docs": SIGNED_IN,
    "api:metric_sources": METRICS_READ,
    "api:unknown": EVERYBODY,  # Answers 404 to everything.
}

POSTED = {
    "partnerships:poll_integration",
    "partnerships:poll_check",
    "partnerships:check_pause",
    "partnerships:check_resume",
    "metrics:report_new",
    "experiments:experiment_action",
    "experiments:hypothesis_action",
    "support:ticket_state",
    "support:ticket_assign",
    "support:ticket_message",
    "support:import_now",
}
"""Pages that only take a form."""

OF_OTHERS = ("accounts/", "admin/")
"""Sign-in is allauth's and open by its nature; the admin is held by MODELS below."""

# Model: who may see, add, change and delete its rows, in the admin and, where the API has the action, there.
MODELS = {
    "partnerships.partner": (PARTNERS_READ, PARTNERS_WRITE, PARTNERS_WRITE, PARTNERS_WRITE),
    "partnerships.integration": (PARTNERS_READ, PARTNERS_WRITE, PARTNERS_WRITE, PARTNERS_WRITE),
    "partnerships.healthcheck": (PARTNERS_READ, PARTNERS_WRITE, PARTNERS_WRITE, PARTNERS_WRITE),
    "partnerships.accountingprofile": (PARTNERS_READ, OPERATE, NOBODY, NOBODY),
    "partnerships.tierperiod": (PARTNERS_READ, NOBODY, NOBODY, NOBODY),
    "partnerships.checkresult": (PARTNERS_READ, NOBODY, NOBODY, NOBODY),
    "partnerships.statusinterval": (PARTNERS_READ, NOBODY, NOBODY, NOBODY),
    "partnerships.uptimehour": (PARTNERS_READ, NOBODY, NOBODY, NOBODY),
    "partnerships.latencyhour": (PARTNERS_READ, NOBODY, NOBODY, NOBODY),
    "support.ticket": (SUPPORT_READ, TICKETS_WRITE, TICKETS_WRITE, NOBODY),
    "support.ticketevent": (SUPPORT_READ, NOBODY, NOBODY, NOBODY),
    "support.customer": (SUPPORT_READ, TICKETS_WRITE, TICKETS_WRITE, SUPPORT_LEAD),
    "support.team": (SUPPORT_READ, SUPPORT_LEAD, SUPPORT_LEAD, SUPPORT_LEAD),
    "metrics.metric": (METRICS_READ, OPERATE, OPERATE, NOBODY),
    "metrics.metricdraft": (METRICS_READ, OPERATE, OPERATE, NOBODY),
    "metrics.metricversion": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.annotation": (METRICS_READ, OPERATE, OPERATE, NOBODY),
    "metrics.periodclose": (METRICS_READ, OPERATE, NOBODY, NOBODY),
    "metrics.report": (METRICS_READ, OPERATE, NOBODY, NOBODY),
    "metrics.target": (METRICS_READ, OPERATE, NOBODY, NOBODY),
    "metrics.baseline": (METRICS_READ, OPERATE, NOBODY, NOBODY),
    "metrics.signalepisode": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.enteredvalue": (METRICS_READ, OPERATE | {"tool_metrics"}, NOBODY, NOBODY),
    "metrics.daycell": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.monthcell": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.columnblock": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.periodvalue": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.valuerevision": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.dirtymark": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.sourcerun": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.hypothesis": (METRICS_READ, OPERATE, OPERATE, NOBODY),
    "metrics.experiment": (METRICS_READ, OPERATE, OPERATE, NOBODY),
    "metrics.experimentarm": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.experimentplanedit": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.assignment": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.exposure": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.unitoutcome": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.selfcheck": (METRICS_READ, NOBODY, NOBODY, NOBODY),
    "metrics.productevent": (METRICS_READ, INGEST, NOBODY, NOBODY),
    "metrics.funnel": (METRICS_READ, OPERATE, OPERATE, NOBODY),
    "operations.user": (PEOPLE_READ, OPERATE, OPERATE, NOBODY),
    "operations.heartbeat": (PEOPLE_READ, NOBODY, NOBODY, NOBODY),
    "operations.idempotencyrecord": (RECORDS, NOBODY, NOBODY, NOBODY),
    "auditlog.logentry": (RECORDS, NOBODY, NOBODY, NOBODY),
    "auth.group": (OPERATE | RECORDS, NOBODY, NOBODY, NOBODY),
    "knox.authtoken": (NOBODY, NOBODY, NOBODY, NOBODY),
}

ACTIONS = {"list": 0, "retrieve": 0, "create": 1, "update": 2, "partial_update": 2, "destroy": 3}
"""The API's ordinary actions, as places in MODELS' rows; the others have rows of their own."""

API_ACTIONS = {
    "integrations.change_tier": PARTNERS_WRITE,
    "health-checks.poll": PARTNERS_WRITE,
    "health-checks.pause": PARTNERS_WRITE,
    "health-checks.resume": PARTNERS_WRITE,
    "health-checks.issue_heartbeat_key": PARTNERS_WRITE,
    "tickets.transition": TICKETS_WRITE,
    "tickets.assign": TICKETS_WRITE,
    "tickets.reply": TICKETS_WRITE,
    "tickets.note": TICKETS_WRITE,
    "tickets.record_customer_message": TICKETS_WRITE,
    "metrics.read_values": METRICS_READ,
    "reports.read_csv": METRICS_READ,
    "reports.read_verification": METRICS_READ,
    "metrics.read_rows": METRICS_READ & SUPPORT_READ,  # Of a metric made of tickets.
    "metrics.read_restatements": METRICS_READ,
    "metrics.retire": OPERATE,
    "metric-drafts.approve": OPERATE,
    "metric-drafts.reject": OPERATE,
    "metric-drafts.withdraw": OPERATE,
    "metric-drafts.difference": METRICS_READ,
    "hypotheses.lock": OPERATE,
    "hypotheses.decide": OPERATE,
    "experiments.start": OPERATE,
    "experiments.end": OPERATE,
    "experiments.decide": OPERATE,
    "experiments.edit_plan": OPERATE,
    "experiments.assign": INGEST,
    "experiments.expose": INGEST,
    "experiments.record_outcomes": INGEST,
    "experiments.read_analysis": METRICS_READ,
}
