"""School events: who is invited, who answered, and how many people to expect."""
