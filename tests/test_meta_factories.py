import pytest
from django.apps import apps

from tests.factories import FACTORIES

OUR_APPS = ("operations", "metrics", "partnerships", "support", "contractors", "dashboards", "foundation")


def our_models():
    return [model for label in OUR_APPS for model in apps.get_app_config(label).get_models()]


def test_every_model_has_one_factory():
    assert sorted(m.__name__ for m in our_models()) == sorted(f._meta.model.__name__ for f in FACTORIES)


@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES, ids=lambda f: f.__name__)
def test_factory_makes_several_valid_rows(factory):
    rows = factory.create_batch(2)

    for row in rows:
        row.refresh_from_db()
        row.full_clean(exclude=["password", "formula", "changes", "response", "buckets", "headers", "config"])
