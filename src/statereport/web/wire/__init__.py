"""HTTP: requests, responses, negotiation, problem documents and the SPARQL protocol."""
