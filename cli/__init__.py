"""The `partners` command."""
