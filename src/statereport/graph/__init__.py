"""The graph as a Python object: examined, opened, described and searched."""
