import pytest

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def _loopback_endpoints(settings, monkeypatch):
    """Endpoints on this machine may be sent to, quickly, with a key that the tests know."""
    settings.PROBE_ALLOWED_TARGETS = ["127.0.0.0/8"]
    settings.NOTIFY_TIMEOUT_SECONDS = 1.0
    settings.SITE_URL = "https://ops.example.com"
    monkeypatch.setenv("NOTIFY_SECRET_TESTS", SECRET)
