"""Helpers to read pages."""

from bs4 import BeautifulSoup

EVERYTHING = ("metrics.view_metric", "support.view_ticket", "partnerships.view_integration")


def read(client, url):
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return BeautifulSoup(response.content, "html.parser")


def words(node) -> str:
    return " ".join(node.get_text(" ").split())


def section(soup, title):
    """The section whose heading begins with the title; None where there is none."""
    return next((node for node in soup.select("section.sec") if node.h2 and words(node.h2).startswith(title)), None)
