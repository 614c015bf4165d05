"""How things look. Knows no services and no database."""
