"""What people are told in the app, and the outbox of what leaves it. Never a client's name in what leaves."""
