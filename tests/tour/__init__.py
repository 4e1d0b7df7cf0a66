"""The main job as a script that a person can read: `make tour`."""
