import pytest


@pytest.fixture(autouse=True)
def _support_mail(settings, tmp_path):
    settings.SUPPORT_EMAIL = "Example Support <support@example.com>"
    settings.MEDIA_ROOT = tmp_path
