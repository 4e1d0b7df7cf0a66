"""The `partners` command, as people at a keyboard use it."""
