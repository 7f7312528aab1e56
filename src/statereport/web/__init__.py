"""The graph on the web: pages for people, addresses for data, and a SPARQL 1.1 endpoint.

The modules, from the words up; each imports only from those above it:

    http          a request and a response as values; what the rest of the web is told and answers
"""
