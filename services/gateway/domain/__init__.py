"""What is true of accounts, API clients, sessions and incoming messages; no I/O here."""
