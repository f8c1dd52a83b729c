"""Who stands in for whom, and how many agents are needed when: arithmetic that reads no rows."""
