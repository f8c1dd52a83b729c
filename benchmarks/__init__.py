"""Ourselves beside peers and limits, measured in one run: `make bench`, or `python -m benchmarks NAME…`.

A benchmark is a module of this package that defines run(report). Nothing asserts an absolute time: machines differ,
ratios measured side by side transfer. Sizes come from environment variables named BENCH_*.
"""
