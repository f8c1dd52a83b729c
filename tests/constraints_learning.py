"""One example for each constraint of what tickets teach."""

from datetime import timedelta

from tests import factories as f
from tests import factories_learning as g

DAY = timedelta(days=1)
NOW, TODAY = g.NOW, g.TODAY


def same_cause():
    g.InsightFactory.create_batch(2, cause="Sync", product="Widgets")


def same_ticket():
    g.InsightTicketFactory.create_batch(2, insight=g.InsightFactory(), ticket=f.TicketFactory())


def same_requester():
    g.RequesterNoticeFactory.create_batch(2, insight=g.InsightFactory(), customer=f.CustomerFactory())


def same_sample():
    g.ReviewSampleFactory.create_batch(2, agent=f.UserFactory(), ticket=f.TicketFactory())


def same_review():
    g.ReviewFactory.create_batch(2, agent=f.UserFactory(), ticket=f.TicketFactory(), reviewer=f.UserFactory())


def own_review():
    person = f.UserFactory()
    g.ReviewFactory(agent=person, reviewer=person)


LEARNING_VIOLATIONS = {
    "reviewsample_once": same_sample,
    "reviewsample_seed_not_blank": lambda: g.ReviewSampleFactory(seed=""),
    "review_understanding_in_range": lambda: g.ReviewFactory(understanding=5),
    "review_correctness_in_range": lambda: g.ReviewFactory(correctness=5),
    "review_tone_in_range": lambda: g.ReviewFactory(tone=5),
    "review_process_in_range": lambda: g.ReviewFactory(process=5),
    "review_comment_not_blank": lambda: g.ReviewFactory(comment=""),
    "review_once": same_review,
    "review_by_somebody_else": own_review,
    "trainingrecord_topic_not_blank": lambda: g.TrainingRecordFactory(topic=""),
    "trainingrecord_valid_until_after_completed_on": lambda: g.TrainingRecordFactory(valid_until=TODAY - 301 * DAY),
    "customer_yearly_revenue_minor_in_range": lambda: f.CustomerFactory(yearly_revenue_minor=10**15 + 1),
    "cause_code_not_blank": lambda: g.CauseFactory(code=""),
    "cause_name_not_blank": lambda: g.CauseFactory(name=""),
    "insight_statement_not_blank": lambda: g.InsightFactory(statement=""),
    "insight_kind_valid": lambda: g.InsightFactory(kind="odd"),
    "insight_state_valid": lambda: g.InsightFactory(state="odd", ended_at=NOW),
    "insight_validated_at_after_opened_at": lambda: g.InsightFactory(validated_at=NOW - 99 * DAY),
    "insight_shipped_at_after_opened_at": lambda: g.InsightFactory(shipped_at=NOW - 99 * DAY),
    "insight_ended_at_after_opened_at": lambda: g.InsightFactory(state="refuted", ended_at=NOW - 99 * DAY),
    "insight_one_open_per_cause": same_cause,
    "insight_ended_has_end": lambda: g.InsightFactory(state="dismissed"),
    "insightticket_once": same_ticket,
    "insightticket_removed_by_with_removed_at": lambda: g.InsightTicketFactory(removed_at=NOW),
    "insighttransition_new_state_valid": lambda: g.InsightTransitionFactory(new_state="odd"),
    "insighttransition_dismissed_why": lambda: g.InsightTransitionFactory(new_state="dismissed"),
    "requesternotice_once": same_requester,
    "requesternotice_sent_by_with_sent_at": lambda: g.RequesterNoticeFactory(sent_at=NOW, way="reply"),
    "requesternotice_way_valid": lambda: g.RequesterNoticeFactory(way="odd", sent_at=NOW, sent_by=f.UserFactory()),
    "requesternotice_sent_some_way": lambda: g.RequesterNoticeFactory(way="reply"),
    "change_title_not_blank": lambda: g.ChangeFactory(title=""),
    "change_statement_not_blank": lambda: g.ChangeFactory(statement=""),
    "change_kind_valid": lambda: g.ChangeFactory(kind="odd"),
    "change_direction_valid": lambda: g.ChangeFactory(direction="odd"),
    "change_expected_change_in_range": lambda: g.ChangeFactory(expected_change=-1),
    "change_before_end_on_after_before_start_on": lambda: g.ChangeFactory(before_start_on=TODAY - DAY),
    "change_check_on_after_before_end_on": lambda: g.ChangeFactory(check_on=TODAY - 30 * DAY),
    "change_shipped_by_with_shipped_at": lambda: g.ChangeFactory(shipped_at=NOW),
    "change_measured_at_after_shipped_at": lambda: g.ShippedChangeFactory(measured_at=NOW - 99 * DAY),
    "change_verdict_valid": lambda: g.ShippedChangeFactory(measured_at=NOW, decided_at=NOW, verdict="odd"),
    "change_steps_follow": lambda: g.ChangeFactory(measured_at=NOW),
    "changeoutcome_before_end_on_after_before_start_on": lambda: g.ChangeOutcomeFactory(before_start_on=TODAY),
    "changeoutcome_after_start_on_after_before_end_on": lambda: g.ChangeOutcomeFactory(after_start_on=TODAY - 30 * DAY),
    "outcomeverdict_verdict_valid": lambda: g.OutcomeVerdictFactory(verdict="odd"),
    "outcomeverdict_note_not_blank": lambda: g.OutcomeVerdictFactory(note=""),
}
