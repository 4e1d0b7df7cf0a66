"""Every page in a real browser: who sees it, in two languages, on a phone, without JavaScript."""
