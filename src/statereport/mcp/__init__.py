"""The graph for assistants, by the Model Context Protocol: the answers of its tools, and the server over stdio."""
