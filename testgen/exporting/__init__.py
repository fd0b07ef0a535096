"""The kept problems for others: JSONL rows with tests for ``POST /run``, and Kattis packages.

An export holds nothing that was measured, only what follows from the problems, the settings and the images:
its bytes are the same however often the pipeline was interrupted.
"""
