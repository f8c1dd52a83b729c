from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from metrics.models import DirtyMark, Metric
from metrics.services.marks import mark_all_days
from metrics.services.recompute import recompute_pending
from metrics.services.verify import verify_source
from metrics.sources import MetricSource, get_source, list_sources


class Command(BaseCommand):
    help = "Recompute what is marked. --all marks everything first; --verify compares with the source rows instead."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="recompute the whole history, not only what is marked")
        parser.add_argument("--metric", default="", help="only the source this metric is made from")
        parser.add_argument("--verify", action="store_true", help="compare with the rows; exit 1 on any difference")

    def handle(self, **options: Any) -> None:
        sources = self._sources(options["metric"])
        if options["verify"]:
            self._verify(sources, options["metric"])
            return
        if options["all"]:
            for source in sources:
                mark_all_days(source)
        batches = recompute_pending(at=timezone.now(), max_batches=100_000, days_a_batch=400, now_please=True)
        days, changed = sum(b.days for b in batches), sum(b.changed for b in batches)
        self.stdout.write(f"{len(batches)} batches, {days} days recomputed, {changed} values changed")

    def _sources(self, key: str) -> list[MetricSource]:
        if not key:
            return list_sources()
        metric = Metric.objects.filter(key=key).first()
        if metric is None:
            raise CommandError(
                f"There is no metric {key!r}. Known: {', '.join(Metric.objects.values_list('key', flat=True))}"
            )
        return [get_source(version.source) for version in metric.versions.all()[:1]]

    def _verify(self, sources: list[MetricSource], key: str) -> None:
        found = [difference for source in sources for difference in verify_source(source, metric_key=key)]
        for difference in found[:50]:
            self.stdout.write(
                f"{difference.metric}: {difference.what}: stored {difference.stored}, rows give {difference.expected}"
            )
        if found:
            raise CommandError(f"{len(found)} differences. Run recompute_metrics, then --all if they stay.")
        waiting = DirtyMark.objects.filter(source__in=[source.key for source in sources]).count()
        note = f" Waiting marks: {waiting}; their days were left out." if waiting else ""
        self.stdout.write(f"No difference between stored values and source rows.{note}")
