"""Files in bodies: in base64, with the words that they belong to."""

import base64
import binascii
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.kept_files import KeptFile
from foundation.serializers import TextField, refuse_unknown_members
from support.services.attachments import MOST_ATTACHMENTS


@extend_schema_field({"type": "string", "format": "byte", "minLength": 1})
class Base64Field(TextField):
    """Bytes in base64."""

    def to_internal_value(self, data: Any) -> Any:
        """The bytes; ValidationError for anything else."""
        text = super().to_internal_value(data)
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError("Must be base64.", code="invalid") from error


class FileSerializer(serializers.Serializer[Any]):
    name = TextField(max_length=200)
    content = Base64Field(help_text="In base64.")

    def to_internal_value(self, data: Any) -> Any:
        """The checked members; ValidationError for others too."""
        refuse_unknown_members(data, self.fields)
        return super().to_internal_value(data)


class WithFilesSerializer(serializers.Serializer[Any]):
    attachments = serializers.ListField(child=FileSerializer(), required=False, max_length=MOST_ATTACHMENTS)


def take_files(body: dict[str, Any]) -> dict[str, Any]:
    """The members of the body, its attachments as the files that services take."""
    files = [KeptFile(file["name"], file["content"]) for file in body.pop("attachments", ())]
    return {**body, "files": files}
