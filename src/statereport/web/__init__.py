"""The graph on the web: pages for people, addresses for data, and a SPARQL 1.1 endpoint.

wire     HTTP: requests and responses as values, negotiation, problem documents, the SPARQL protocol
answers  the table of addresses, and the answers for programs
serving  the application, its worker processes, queues and limits
"""
