"""What is true in contacts: models and rules, without input or output."""
