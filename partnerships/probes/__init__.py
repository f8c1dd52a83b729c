"""Kinds of probe, one file each: a module of this package that defines PROBE is a kind."""
