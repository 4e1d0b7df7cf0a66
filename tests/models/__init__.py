"""Random histories of crashes, repetitions and delays against the platform's real code."""
