"""Parse, screen, run and explain SPARQL queries."""
