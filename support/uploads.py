"""Receiving large files: bounded, and written to disk as they arrive."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class BoundedUpload(FileUploadHandler):
    """Writes each file to a temporary one in `folder`, which may be larger than memory; `refused` names the fields
    whose file was longer than `limit` bytes and was thrown away.
    """

    def __init__(self, request: HttpRequest, *, folder: Path, limit: int) -> None:
        super().__init__(request)
        self._folder = folder
        self._limit = limit
        self._received = 0
        self.file: IO[bytes]
        self.refused: set[str] = set()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._received = 0
        self.file = NamedTemporaryFile(dir=self._folder, prefix="arriving-")  # noqa: SIM115 - closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        """Take the chunk, or skip the rest of a file that is too long."""
        self._received += len(raw_data)
        if self._received > self._limit:
            self.refused.add(str(self.field_name))
            raise SkipFile
        self.file.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        """The whole file, to be read from its start."""
        self.file.seek(0)
        return UploadedFile(self.file, self.file_name, self.content_type, file_size, self.charset)

    def upload_interrupted(self) -> None:
        """Throw away what came of a file whose sender went."""
        if hasattr(self, "file"):
            self.file.close()
