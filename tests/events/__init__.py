"""School events: rules, storage, actions, pages and messages."""
