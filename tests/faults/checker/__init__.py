"""The checker of fault runs: a program that shares no code with what it judges.

`python -m tests.faults.checker RUN_FOLDER [--json]` ends with 0 when all invariants hold, 1 when
one is broken, 2 when the run can't be read. It knows the platform from its documents and its
stored data alone: the standard library and a database driver are all that it imports.
"""
