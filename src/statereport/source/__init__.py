"""The report's text, and what is anchored in it."""
