"""What the gateway keeps: accounts, sessions, API clients, receipts of incoming messages."""

from services.gateway.store import accounts, clients, receipts, sessions

KEPT = (*accounts.KEPT, *sessions.KEPT, *clients.KEPT, *receipts.KEPT)
