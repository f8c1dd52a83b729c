"""The import of tickets in the admin: a form, its result, and the import after a dry run."""

from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import requires
from foundation.csv_export import stream_csv
from foundation.imports.errors import ImportProblemError
from foundation.imports.rejects import HEADER
from support.import_form import ImportForm
from support.services import import_jobs as jobs
from support.services.imports import describe_summary
from support.uploads import BoundedUpload

SHOWN = 50
PERMISSIONS = ("support.add_ticket", "support.change_ticket")
BAD_REQUEST = 400


@csrf_exempt  # Checking the token reads the body, and how that is received is said first; _import checks it.
@require_http_methods(["GET", "HEAD", "POST"])
@requires(*PERMISSIONS)
def ticket_import(request: HttpRequest) -> HttpResponseBase:
    """The form, and its answer: to the result, or the form again with the sentence why not."""
    now = timezone.now()
    jobs.discard_old_jobs(at=now)
    limit = settings.IMPORT_MAX_MIB * 1024 * 1024
    upload = BoundedUpload(request, folder=jobs.imports_folder(), limit=limit)
    request.upload_handlers = [upload]
    return _import(request, upload)


@csrf_protect
def _import(request: HttpRequest, upload: BoundedUpload) -> HttpResponse:
    if request.method != "POST":
        return _show_form(request, ImportForm(), status=200)
    files = request.FILES  # Reads the body, after which the handler knows what was too long.
    form = ImportForm(request.POST, files, too_large=frozenset(upload.refused))
    if not form.is_valid():
        return _show_form(request, form, status=BAD_REQUEST)
    try:
        job = jobs.keep_upload(upload=_upload(form.cleaned_data), owner=_owner(request))
        jobs.run_job(job=job, dry_run=form.cleaned_data["dry_run"], at=timezone.now())
    except (ImportProblemError, OSError) as error:
        form.add_error(None, str(error))
        return _show_form(request, form, status=BAD_REQUEST)
    return redirect("support:import_result", token=job.token)


@require_safe
@requires(*PERMISSIONS)
def ticket_import_result(request: HttpRequest, token: UUID) -> HttpResponse:
    """What the last run did: counts, warnings and the first refused rows."""
    job = _job(request, token)
    summary = job.summary
    context = {
        **_admin_context(request, "Dry run" if summary and summary.is_dry_run else "Imported"),
        "job": job,
        "counts": describe_summary(summary) if summary else [],
        "head": HEADER,
        "refusals": list(islice(jobs.iter_refusals(job), SHOWN)),
        "shown": SHOWN,
        "can_import": jobs.has_upload(job),
    }
    return render(request, "admin/support/import_result.html", context)


@require_POST
@requires(*PERMISSIONS)
def ticket_import_now(request: HttpRequest, token: UUID) -> HttpResponse:
    """Import the file of a dry run; if that is done already, its result is shown."""
    job = _job(request, token)
    if jobs.has_upload(job):
        try:
            jobs.run_job(job=job, dry_run=False, at=timezone.now())
        except ImportProblemError as error:
            form = ImportForm()
            return _show_form(request, form, status=BAD_REQUEST, problem=str(error))
    return redirect("support:import_result", token=token)


@require_safe
@requires(*PERMISSIONS)
def ticket_import_rejects(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Every refused row as CSV, with nothing in it that a spreadsheet would execute."""
    return stream_csv("rejects.csv", HEADER, jobs.iter_refusals(_job(request, token)))


def _upload(data: dict[str, Any]) -> jobs.Upload:
    own = data["own_mapping"]
    return jobs.Upload(
        file_name=data["file"].name,
        chunks=data["file"].chunks(),
        mapping="" if own else data["mapping"],
        own_mapping=own.read() if own else None,
        own_mapping_name=own.name if own else "",
        time_zone=data["time_zone"],
    )


def _owner(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _job(request: HttpRequest, token: UUID) -> jobs.ImportJob:
    job = jobs.get_job(token=token, owner=_owner(request))
    if job is None:
        raise Http404("There is no such import. Files are kept for a day.")
    return job


def _admin_context(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}


def _show_form(request: HttpRequest, form: ImportForm, *, status: int, problem: str = "") -> HttpResponse:
    context = {**_admin_context(request, "Import tickets"), "form": form, "problem": problem}
    return render(request, "admin/support/import_form.html", context, status=status)
