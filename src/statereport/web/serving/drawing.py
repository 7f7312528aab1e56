"""The process that draws: specifications made by the workers from the graph come over a link, and pictures go back.

Drawing takes an engine for JavaScript, which takes threads, files and more addresses than a worker may have; so it is
done in a fresh interpreter. It gives its memory back, by beginning anew, when it has had nothing to draw for a while.
"""

from __future__ import annotations

import json
import os
import resource
import select
import socket
import sys
import traceback

from statereport.errors import ServerFault
from statereport.web.serving import frames
from statereport.web.serving.log import kind_of
from statereport.web.wire import negotiation, problems
from statereport.web.wire.http import Request, Response

# Seconds without anything to draw, and pictures, after which it begins anew.
IDLE, MOST = 60, 500
# Bytes of memory to write to: several times what the largest picture takes.
MEMORY = 1 << 30


def begin(link: socket.socket) -> None:
    """Go on as a fresh interpreter that draws what comes over the link. Does not return."""
    os.set_inheritable(link.fileno(), True)
    os.execv(sys.executable, [sys.executable, "-P", "-m", __spec__.name, str(link.fileno())])


def serve(link: socket.socket) -> None:
    """Draw one specification after another, until the server closes the link."""
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_DATA, MEMORY)):
        resource.setrlimit(what, (most, most))
    for count in range(MOST):
        if count and not select.select([link], [], [], IDLE)[0]:
            break
        lengths = frames.read(link, frames.LENGTHS.size)
        if not lengths:
            return
        words, body = (frames.read(link, length) for length in frames.LENGTHS.unpack(lengths))
        link.sendall(frames.of_response(drawn(frames.to_request(words, body))))
    begin(link)


def drawn(request: Request) -> frames.Outcome:
    """Return the picture of the specification in the request's body, in the form that its path's ending names."""
    from statereport.questions.picture import Picture

    _, ending = negotiation.split_ending(request.path, negotiation.PICTURES)
    try:
        picture = Picture(json.loads(request.body))
        body = picture.png() if ending == "png" else picture.svg.encode()
    except Exception as fault:
        problem = ServerFault(
            where=request.path,
            what="The chart could not be drawn: a fault of statereport.",
            hint="please report it; the chart's specification and numbers are there: .vl.json, .csv.",
        )
        response = problems.response(problem, request.header("accept"))
        return frames.Outcome(response, False, kind_of(fault), "".join(traceback.format_exception(fault)))
    return frames.Outcome(Response(200, negotiation.PICTURES[ending], body))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
