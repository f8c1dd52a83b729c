"""An import by way of the browser: the uploaded file is kept between a dry run and the import, for a day at most.

A job's files lie in DATA_DIR/imports and are named by its token alone: no name that a client sent becomes a path.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from uuid import UUID, uuid4

import structlog
from django.conf import settings

from foundation.csv_export import raw_cell
from foundation.imports.errors import ImportProblemError
from support.imports.loading import load_mapping
from support.imports.mapping import Mapping
from support.imports.recognition import recognise_mapping
from support.services.imports import ImportSummary, import_tickets

KEPT = timedelta(days=1)
_log = structlog.get_logger("audit")


@dataclass(frozen=True)
class Upload:
    """What a person sent: the file, and a shipped mapping's name, or the bytes of one of their own, or neither."""

    file_name: str
    chunks: Iterable[bytes]
    mapping: str = ""
    own_mapping: bytes | None = None
    own_mapping_name: str = ""
    time_zone: str = ""


@dataclass(frozen=True)
class ImportJob:
    """An uploaded file, whose it is, and what the last run over it did; `mapping` is the name to show."""

    token: UUID
    owner: int
    file_name: str
    mapping: str
    has_own_mapping: bool
    is_recognised: bool
    time_zone: str
    summary: ImportSummary | None = None


def imports_folder() -> Path:
    """The folder of uploads, made when it is not there; nobody but the product may look into it."""
    folder = Path(settings.DATA_DIR) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep_upload(*, upload: Upload, owner: int) -> ImportJob:
    """Put the file, and the mapping that came with it, aside as a job of the owner; OSError if there is no room."""
    job = ImportJob(
        token=uuid4(),
        owner=owner,
        file_name=PurePath(upload.file_name).name,
        mapping=upload.own_mapping_name if upload.own_mapping is not None else upload.mapping,
        has_own_mapping=upload.own_mapping is not None,
        is_recognised=upload.own_mapping is None and not upload.mapping,
        time_zone=upload.time_zone,
    )
    try:
        with _path(job.token, "upload").open("wb") as stream:
            stream.writelines(upload.chunks)
        if upload.own_mapping is not None:
            _path(job.token, "toml").write_bytes(upload.own_mapping)
    except BaseException:
        discard_job(token=job.token)
        raise
    return job


def run_job(*, job: ImportJob, dry_run: bool, at: datetime) -> ImportJob:
    """Run the import over the job's file and say what it did; after an import that was none but dry, the file goes.

    Raises ImportProblemError with the sentence that the command prints, the files being called as the person calls
    them; then nothing is stored and the job is gone.
    """
    file = _path(job.token, "upload")
    try:
        name, mapping = _mapping(job)
        rejects = _path(job.token, "csv")
        summary = import_tickets(file=file, mapping=mapping, at=at, rejects=rejects, dry_run=dry_run)
        done = replace(job, mapping=name, summary=summary)
        _path(job.token, "json").write_text(json.dumps(asdict(done), default=str), encoding="utf-8")
    except (ImportProblemError, OSError) as error:
        discard_job(token=job.token)
        raise ImportProblemError(_as_the_person_calls_it(str(error), job)) from error
    if not dry_run:
        for kind in ("upload", "toml"):
            _path(job.token, kind).unlink(missing_ok=True)
        _log.info("tickets_imported", user_id=job.owner, created=summary.created, updated=summary.updated)
    return done


def get_job(*, token: UUID, owner: int) -> ImportJob | None:
    """The owner's job as its last run left it; None when there is none, or it is somebody else's."""
    try:
        values = json.loads(_path(token, "json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if values["owner"] != owner:
        return None
    return ImportJob(**{**values, "token": token, "summary": ImportSummary(**values["summary"])})


def has_upload(job: ImportJob) -> bool:
    """Whether the job's file is still kept, so that it can be imported."""
    return _path(job.token, "upload").exists()


def iter_refusals(job: ImportJob) -> Iterator[list[str]]:
    """Line, field, value and reason of every refused row of the job's last run, by line."""
    with _path(job.token, "csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows, None)
        yield from ([raw_cell(cell) for cell in row] for row in rows)


def discard_job(*, token: UUID) -> None:
    """Delete what is kept of the job."""
    for kind in ("upload", "toml", "csv", "json"):
        _path(token, kind).unlink(missing_ok=True)


def discard_old_jobs(*, at: datetime) -> int:
    """Delete files that have lain for more than a day; returns how many."""
    gone = 0
    for path in imports_folder().iterdir():
        with suppress(FileNotFoundError):  # Another request sweeps too.
            if path.stat().st_mtime < (at - KEPT).timestamp():
                path.unlink()
                gone += 1
    return gone


def _path(token: UUID, kind: str) -> Path:
    return imports_folder() / f"{token.hex}.{kind}"


def _mapping(job: ImportJob) -> tuple[str, Mapping]:
    """The mapping and what it is called."""
    if job.has_own_mapping:
        name, mapping = job.mapping, load_mapping(str(_path(job.token, "toml")))
    else:
        name = job.mapping or recognise_mapping(_path(job.token, "upload"))
        mapping = load_mapping(name)
    return name, mapping.in_time_zone(job.time_zone) if job.time_zone else mapping


def _as_the_person_calls_it(sentence: str, job: ImportJob) -> str:
    named = sentence.replace(str(_path(job.token, "upload")), job.file_name)
    return named.replace(str(_path(job.token, "toml")), job.mapping)
