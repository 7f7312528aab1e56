"""Who a client is, and what each is being sent: whatever is full, it is the client that filled it who gives way."""

from __future__ import annotations

import contextlib
import functools
import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from statereport.errors import TooManyRequests
from statereport.web.wire.limits import Limits


@functools.lru_cache(maxsize=10_000)
def plain_address(text: str) -> str:
    """Return an IP address in its usual form, without a zone; one of IPv4 also where it is written in IPv6.

    Raises ValueError for what is no IP address.
    """
    found = ipaddress.ip_address(text.partition("%")[0])
    return str(getattr(found, "ipv4_mapped", None) or found)


@functools.lru_cache(maxsize=10_000)
def client_of(address: str) -> str:
    """Return the client that an address in its usual form belongs to.

    An IPv4 address is a client; of IPv6 a network of 64 bits is, which is what one subscriber has.
    """
    return str(ipaddress.ip_network((address, 64), strict=False)) if ":" in address else address


@dataclass(eq=False)
class _Transfer:
    client: str
    body: bytes
    stop: Callable[[], None]


class Transfers:
    """The answers that are being sent and held in memory for that, up to `limits.sending` bytes in all.

    An answer that is sent over several connections is held once.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held: dict[str, list[_Transfer]] = {}

    def total(self) -> int:
        """Return the bytes that are held."""
        return _size(transfer.body for held in self._held.values() for transfer in held)

    @contextlib.contextmanager
    def hold(self, client: str, body: bytes, stop: Callable[[], None]) -> Iterator[None]:
        """Count an answer while it is sent; an empty one costs nothing.

        Where too much is held, the client for which most is held loses its oldest transfer, by `stop`; where that is
        the client itself, this answer is refused. Raises TooManyRequests.
        """
        if not body:
            yield
            return
        mine = _Transfer(client, body, stop)
        held = self._held.setdefault(client, [])
        held.append(mine)
        try:
            while len(self._held) + len(held) > 2 and self.total() > self._limits.sending:
                largest = max(self._held, key=lambda other: _size(transfer.body for transfer in self._held[other]))
                if largest == client:
                    limit = self._limits.sentence("sending")
                    raise TooManyRequests(
                        where=client,
                        what=f"Too many answers to this address wait to be fetched. {limit}.",
                        hint="fetch those answers before you ask more.",
                    )
                gone = self._held[largest][0]
                self._remove(gone)
                gone.stop()
            yield
        finally:
            self._remove(mine)

    def _remove(self, transfer: _Transfer) -> None:
        held = self._held.get(transfer.client, [])
        if transfer in held:
            held.remove(transfer)
        if not held:
            self._held.pop(transfer.client, None)


def _size(bodies: Iterable[bytes]) -> int:
    return sum(map(len, {id(body): body for body in bodies}.values()))
