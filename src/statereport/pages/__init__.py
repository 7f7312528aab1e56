"""Every page as a function of the graph, an address and its options."""
