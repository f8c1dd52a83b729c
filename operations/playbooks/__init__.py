"""Playbooks as pure functions: whether a plan holds together, when its steps are due, what a gate's conditions say."""
