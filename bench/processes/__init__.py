"""Benchmarks of whole processes: what a user waits for and what the machine pays."""
