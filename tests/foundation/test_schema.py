from django.conf import settings
from django.core.management import call_command

from config.api import router


def test_every_body_and_choice_has_a_name_of_its_own(tmp_path):
    """Two under one name would be described wrongly; drf-spectacular warns of it."""
    call_command("spectacular", file=str(tmp_path / "schema.yml"), fail_on_warn=True, validate=True)


def test_the_guide_to_the_api_names_every_resource():
    guide = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")

    assert [prefix for prefix, _, _ in router.registry if f"`{prefix}/" not in guide] == []
