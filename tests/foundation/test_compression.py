"""What is compressed on its way to the browser, and what is not."""

import gzip

from django.http import HttpRequest, HttpResponse
from django.http.response import JsonResponse

from foundation.compression import CompressPages

WORDS = "One sentence after the other. " * 50


def _through(response, accepted="gzip"):
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = accepted
    return CompressPages(lambda _: response)(request)


def test_page_is_compressed_for_browsers_that_take_it():
    answer = _through(HttpResponse(WORDS))

    assert gzip.decompress(answer.content).decode() == WORDS
    assert answer["Content-Encoding"] == "gzip"


def test_page_is_plain_for_browsers_that_do_not():
    assert _through(HttpResponse(WORDS), accepted="identity").content.decode() == WORDS


def test_api_answer_keeps_its_strong_etag():
    response = JsonResponse({"words": WORDS})
    response["ETag"] = '"7"'

    answer = _through(response)

    assert (answer["ETag"], answer.get("Content-Encoding")) == ('"7"', None)
