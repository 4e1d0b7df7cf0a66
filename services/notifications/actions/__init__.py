"""What can be done with letters: one async function per use case."""
