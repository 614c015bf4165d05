"""Mail: what it says, the outbox that it waits in, and the way to the mail server."""
