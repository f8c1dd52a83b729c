"""What a page shows as a JSON file."""

from collections.abc import Mapping

from django.http import JsonResponse


def send_json(name: str, content: Mapping[str, object]) -> JsonResponse:
    """A download called `name`; days and instants are written as ISO 8601."""
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "allow_nan": False})
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
