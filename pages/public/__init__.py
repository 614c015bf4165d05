"""Pages for people who have not signed in."""
