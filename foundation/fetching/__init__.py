"""Safe fetching of addresses that people typed in: the only way out for probes, vendor feeds and webhooks."""
