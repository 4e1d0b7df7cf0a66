"""The whole platform in one process: a real database, a local bus, a mailbox that catches all."""
