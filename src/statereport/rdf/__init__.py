"""Terms, prefixes, Turtle, serialisation, named graphs: the one place that knows pyoxigraph's and rdflib's terms."""
