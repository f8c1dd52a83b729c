"""Objectives as a source of metrics."""
