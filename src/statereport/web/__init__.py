"""The graph on the web: pages for people, addresses for data, and a SPARQL 1.1 endpoint.

The modules, from the words up; each imports only from those above it:

    http          a request and a response as values; what the rest of the web is told and answers
    limits        every limit of the server, and its setting
    negotiation   the form of an answer: Accept, or the ending of the address
    problems      a Problem as problem+json or a small page
    site          what is loaded once: graph, questions, templates, files (names: the words for things)
    links         the links that go with a document, and the way from a thing to it
    saved         saved questions as files; descriptions: what the server says of itself
    data          answers for programs: things, graphs, files
    page          a page from a template (shown, citing, empty, forms, passages, kinds, tabulation: its parts)
    pages         answers for people
    protocol      the SPARQL 1.1 Protocol, query side
    answer        every request has one answer: the table of addresses
    frames        how requests and responses cross from process to process
    worker        the zygote, and the processes that answer (processes: how one speaks with them)
    places        who gets a place next; pool: workers kept ready
    lanes         a short trial for every query of a client, and a place of its own for a long one
    guard         what stands between the wire and the application; cache: answers kept
    app           the application; server: `statereport serve`
"""
