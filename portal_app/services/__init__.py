"""The rules, one verb a function."""
