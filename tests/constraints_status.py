"""Examples that the constraints of the status page refuse: see tests/test_meta_constraints.py."""

from tests.factories_status import StatusComponentFactory, StatusPageFactory


def published_twice():
    StatusPageFactory(is_published=True)
    StatusPageFactory(is_published=True)


def component_twice():
    first = StatusComponentFactory()
    StatusComponentFactory(page=first.page, integration=first.integration)


STATUS_VIOLATIONS = {
    "statuspage_title_not_blank": lambda: StatusPageFactory(title=""),
    "statuspage_one_published": published_twice,
    "statuscomponent_public_name_not_blank": lambda: StatusComponentFactory(public_name=""),
    "statuscomponent_once_a_page": component_twice,
}
