from django.http import Http404, HttpRequest

_DIGITS = 18


def asked_id(request: HttpRequest, name: str) -> int | None:
    """The number of a row in the address, None without one; Http404 for what is none."""
    asked = request.GET.get(name, "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS):
        raise Http404
    return int(asked)
