from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.models import Annotation
from metrics.selectors.annotations import list_annotations
from tests.factories import NOW, AnnotationFactory, MetricFactory, MetricVersionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_comment_is_typed_in_on_the_metric_page(client):
    person = UserFactory(permissions=["metrics.view_metric", "metrics.add_annotation"])
    client.force_login(person)
    metric = MetricVersionFactory().metric
    url = reverse("metrics:comment", args=[metric.key])
    assert url in client.get(metric.get_absolute_url()).content.decode()

    refused = client.post(url, {"happened_on": "soon", "text": ""})
    answer = client.post(url, {"happened_on": "2026-03-02", "text": "Triage rota starts"})

    assert refused.status_code == 200
    assert answer["Location"] == metric.get_absolute_url()
    (note,) = Annotation.objects.filter(metric=metric)
    assert (note.happened_on, note.text, note.made_by) == (date(2026, 3, 2), "Triage rota starts", person)
    assert note.made_at <= timezone.now()


def test_notes_of_the_metric_and_of_the_company_are_listed(django_assert_num_queries):
    metric, day = MetricFactory(), NOW.date()
    late = AnnotationFactory(metric=metric, happened_on=day)
    early = AnnotationFactory(metric=None, happened_on=day - timedelta(days=2))
    AnnotationFactory(metric=MetricFactory(), happened_on=day)
    AnnotationFactory(metric=metric, happened_on=day - timedelta(days=3))

    with django_assert_num_queries(1):
        assert list_annotations(metric, day - timedelta(days=2), day, at=NOW) == [early, late]
    assert list_annotations(metric, day - timedelta(days=2), day, at=NOW - timedelta(hours=1)) == []
