"""Saved queries, and what is made of their answers: citations and charts."""
