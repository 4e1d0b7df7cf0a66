"""What can be done in contacts: one function for each use case."""
