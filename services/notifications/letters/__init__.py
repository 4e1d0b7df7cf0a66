"""Letters: what a family reads, in its language, as text and as HTML, and as bytes for the mail."""
