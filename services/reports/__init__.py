"""Counts, coverage and evidence: which families were told good news, and which were not reached."""
