from metrics.admin import closing, drafts, experiments, metrics, records, signals, targets

__all__ = ["closing", "drafts", "experiments", "metrics", "records", "signals", "targets"]
