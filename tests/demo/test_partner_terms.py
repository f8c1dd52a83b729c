"""What the demo company has with its partners: pages of all kinds open, and both owners stand behind each verdict."""

import pytest
from django.utils import timezone

from dashboards.demo.integrations import add_integrations
from dashboards.demo.partners import add_partner_terms, add_signoffs
from dashboards.demo.people import add_people
from dashboards.demo.story import make_story
from metrics.services.hypotheses import HypothesisKind
from partnerships.models import Agreement, ObligationReview, Partner, PartnershipSignoff
from tests.factories import HypothesisFactory, SuperuserFactory
from tests.partnerships.page_data import soup_of, text_of


@pytest.mark.django_db
def test_pages_about_partners_open_and_say_what_is_between_us(client):
    story = make_story(seed=7, today=None, at=timezone.now())
    people = add_people(story)
    add_integrations(story, people, sandbox_port=8901)
    HypothesisFactory(
        kind=HypothesisKind.PARTNERSHIP,
        state="decided",
        verdict="refuted",
        locked_at=story.start,
        locked_by=people.coo,
        decided_at=story.now,
        decided_by=people.coo,
        decision_note="As before",
    )
    add_partner_terms(story, people)
    add_signoffs(story, people)
    client.force_login(SuperuserFactory())

    partner = Partner.objects.get(slug="asana")
    words = text_of(soup_of(client, partner.get_absolute_url()))
    agreement = Agreement.objects.get(partner=partner, title="Data processing")
    review = ObligationReview.objects.filter(integration__partner=partner, verdict="").first()

    assert "Learning together 100 15 1 of 1 experiments in a year told us something" in words
    assert "compliant and in time" in words
    assert "99.95 % promised" in words
    assert "API access and service level" in words
    assert "They want their own list" in text_of(soup_of(client, agreement.get_absolute_url()))
    assert "Give the verdict" in text_of(soup_of(client, f"/partners/asana/reviews/{review.pk}/"))
    listed = text_of(soup_of(client, "/partners/experiments/"))
    assert "Validated 0 of 1 too few for a percentage" in listed
    assert PartnershipSignoff.objects.get().is_signed
