from urllib.parse import urljoin

from django.conf import settings


def absolute_url(url: str) -> str:
    """The address as it works outside this site; empty stays empty."""
    return urljoin(settings.SITE_URL, url) if url else ""
