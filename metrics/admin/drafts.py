"""Drafts of definitions in the admin: told in words, compared, and decided by somebody else."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from foundation.admin import EditAdmin
from foundation.errors import ServiceError
from metrics.admin.draft_begin import BeginForm, choices_of
from metrics.admin.draft_decisions import compare_view, decide_view
from metrics.admin.draft_fields import Shape, find_shape, measure_label
from metrics.admin.draft_form import make_form
from metrics.formula_words import formula_words
from metrics.models import Metric, MetricDraft, MetricVersion
from metrics.selectors.words import list_words
from metrics.services.drafts import create_draft, edit_draft

_SHOWN = (
    "metric",
    "words",
    "kind",
    "source",
    "formula",
    "dimensions",
    "rolling_days",
    "is_retroactive",
    "reason",
    "state",
    "created_by",
    "edited_by",
    "decided_by",
    "decided_at",
    "decision_note",
    "definition",
)


@admin.register(MetricDraft)
class MetricDraftAdmin(EditAdmin):
    """Written by one person, approved by another. A decided draft is only read."""

    change_form_template = "admin/metrics/metricdraft/change_form.html"
    list_display = ("metric", "kind", "source", "state", "reason", "created_by", "created_at", "decided_by")
    list_select_related = ("metric", "created_by", "decided_by")
    list_filter = ("state", "kind")
    search_fields = ("metric__name", "metric__key", "reason")

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "metrics_metricdraft"
        own = [
            path("<key:pk>/compare/", wrap(compare_view), {"model_admin": self}, name=f"{name}_compare"),
            path(
                "<key:pk>/<str:decision>/",
                wrap(decide_view),
                {"model_admin": self},
                name=f"{name}_decide",
            ),
        ]
        return [own[0], *super().get_urls()[:-1], own[1], *super().get_urls()[-1:]]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Drafts are withdrawn: what was proposed stays on record."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Besides the permission: only open drafts change."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_open)

    @admin.display(description="in words")
    def words(self, draft: MetricDraft) -> str:
        return formula_words(draft)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return _SHOWN if obj is not None and not self.has_change_permission(request, obj) else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shape = self._shape(request, obj)
        if shape is None:
            return [(None, {"fields": _SHOWN})]
        return _fieldsets(shape, self.get_form(request, obj).base_fields)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The form of the shape; without one, of a row that is only read."""
        shape = self._shape(request, obj)
        if shape is None:
            return super().get_form(request, obj, change, **{**kwargs, "fields": ()})
        if not hasattr(request, "draft_form"):
            before = obj or shape.metric.versions.order_by("-number").first()
            request.draft_form = make_form(  # type: ignore[attr-defined]
                shape,
                before.formula if before else {},
                before.dimensions if before else [],
                _words(request, shape),
            )
        return request.draft_form  # type: ignore[attr-defined]

    def _shape(self, request: HttpRequest, obj: Any) -> Shape | None:
        """What the form is for; None where the row is only read, or the first step is still to come."""
        if obj is not None and not self.has_change_permission(request, obj):
            return None
        chosen = {**(choices_of(obj) if obj else {}), **dict(request.GET.items())}
        metric = obj.metric if obj else Metric.objects.filter(pk=_number(chosen.get("metric"))).first()
        try:
            return find_shape(metric, str(chosen.get("measured", "")), str(chosen.get("kind", ""))) if metric else None
        except ValueError:
            return None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form, or its first step while what is measured is not chosen; refusals of the service as messages."""
        row = MetricDraft.objects.filter(pk=_number(object_id)).select_related("metric").first()
        may = self.has_change_permission(request, row) if object_id else self.has_add_permission(request)
        shape = self._shape(request, row)
        if may and (object_id is None or row is not None) and (shape is None or "again" in request.GET):
            return self._begin(request, row)
        try:
            context = {**(extra_context or {}), **(_shape_context(request, shape, row) if shape else {})}
            return super().changeform_view(request, object_id, form_url, context)
        except ServiceError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())

    def _begin(self, request: HttpRequest, draft: MetricDraft | None) -> HttpResponse:
        """The first step, by GET: what is chosen stands in the address."""
        asked = {name: str(request.GET[name]) for name in ("metric", "measured", "kind") if name in request.GET}
        complete = "measured" in asked and "again" not in request.GET
        form = BeginForm(asked, draft=draft) if complete else BeginForm(initial=_before(draft, asked), draft=draft)
        title = f"Define {draft.metric}" if draft else "Define a metric"
        context = {**self.admin_site.each_context(request), "title": title, "form": form, "opts": self.opts}
        return render(request, "admin/metrics/metricdraft/begin.html", context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Propose or change the draft through its service, in the name of who asks."""
        said_by: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        if change:
            stored = edit_draft(draft_id=obj.pk, text=form.text, **said_by)
        else:
            stored = create_draft(metric=form.shape.metric, text=form.text, **said_by)
        obj.pk = stored.pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002
        """Go on to what the draft would change."""
        return self._to_comparison(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Go on to what the draft would change."""
        return self._to_comparison(request, obj)

    def _to_comparison(self, request: HttpRequest, draft: MetricDraft) -> HttpResponse:
        messages.success(request, "The draft is stored. Somebody else approves it.")
        return HttpResponseRedirect(reverse("admin:metrics_metricdraft_compare", args=[draft.pk]))


def _shape_context(request: HttpRequest, shape: Shape, draft: MetricDraft | None) -> dict[str, Any]:
    """What the template says about the shape: its measure, the words that occur, and the way back to the first step."""
    words = _words(request, shape)
    chosen = {"again": "1"} if draft else {"again": "1", "metric": shape.metric.pk}
    asked = {name: request.GET[name] for name in ("measured", "kind") if name in request.GET}
    return {
        "shape": shape,
        "measure_words": measure_label(shape.source, shape.measure) if shape.measure else "",
        "again_url": f"?{urlencode({**chosen, **asked})}",
        "words_by_dimension": [(shape.source.dimensions[name], found) for name, found in words.items()],
        "all_words": sorted({word for found in words.values() for word in found}),
    }


def _words(request: HttpRequest, shape: Shape) -> dict[str, list[str]]:
    """The words of the source's dimensions, read once a request."""
    if not hasattr(request, "source_words"):
        request.source_words = list_words(shape.source)  # type: ignore[attr-defined]
    return request.source_words  # type: ignore[attr-defined,no-any-return]


def _before(draft: MetricDraft | None, asked: dict[str, str]) -> dict[str, Any]:
    """What the first step begins with: the draft's choices, or those of the metric's newest definition."""
    before: MetricDraft | MetricVersion | None = draft
    if before is None and (pk := _number(asked.get("metric"))):
        before = MetricVersion.objects.filter(metric=pk).order_by("-number").first()
    return {**(choices_of(before) if before else {}), **asked}


def _number(text: Any) -> int:
    """The number of a row; 0, which no row has, for what is none."""
    words = str(text)
    return int(words) if words.isascii() and words.isdigit() and len(words) < 19 else 0  # noqa: PLR2004


def _fieldsets(shape: Shape, fields: dict[str, Any]) -> list[tuple[str | None, dict[str, Any]]]:
    """The form's parts in the order they are thought in."""
    lines = {prefix: _lines(prefix, fields) for prefix in ("where", "filter")}
    apart = {name for group in lines.values() for line in group for name in line}
    apart |= {"segments", "rolling_days", "is_retroactive", "reason"}
    sets: list[tuple[str | None, dict[str, Any]]] = []
    told = [name for name in fields if name not in apart]
    if told:
        sets.append((str(shape.kind.label), {"fields": told}))
    if lines["where"]:
        words = "The share of rows that meet all of these."
        sets.append(("Counted rows", {"fields": lines["where"], "description": words, "classes": ("conditions",)}))
    if lines["filter"]:
        words = "Rows that meet all of these; without a condition all rows. Times with their unit: 7 d, 168 h, 90 s."
        sets.append(("Only these rows", {"fields": lines["filter"], "description": words, "classes": ("conditions",)}))
    kept = [name for name in ("segments", "rolling_days") if name in fields]
    sets.append(("Kept besides", {"fields": kept}))
    changes = ["is_retroactive"] if shape.metric.versions.exists() else []  # A first definition restates nothing.
    sets.append(("Why", {"fields": ["reason", *changes]}))
    return sets


def _lines(prefix: str, fields: dict[str, Any]) -> list[tuple[str, ...]]:
    count = sum(name.startswith(f"{prefix}_") and name.endswith("_field") for name in fields)
    return [tuple(f"{prefix}_{index}_{part}" for part in ("field", "operator", "value")) for index in range(count)]
