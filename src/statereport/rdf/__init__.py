"""Terms, prefixes, Turtle, serialisation and named graphs: the only place that knows both pyoxigraph's and rdflib's terms."""
