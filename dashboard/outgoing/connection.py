"""One POST to one host of the file: no redirect, no proxy, no address of this machine, and an end in time."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER_LIMIT = 65_536
LOCAL_NAMES = frozenset({"localhost"})


class DeliveryError(Exception):
    """A target did not take a message; it is tried again, not before `wait_s` if the target said so."""

    def __init__(self, message: str, wait_s: float = 0) -> None:
        """Tell what happened without any secret: the message is kept and shown."""
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Answer:
    """What a target answered."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> Answer:
    """POST `body` to `url`; the whole exchange ends after `timeout_s`.

    Raises  DeliveryError where no answer of success came
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    path = parts.path or "/"
    try:
        with _connected(host, port, parts.scheme == "https", timeout_s) as connection:
            connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, dict(headers))
            response = connection.getresponse()
            answer = Answer(response.status, response.read(ANSWER_LIMIT))
            wait_s = _seconds(response.getheader("Retry-After"))
    except TimeoutError as error:
        raise DeliveryError(f"{host}: no answer in {timeout_s:g} s") from error
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"{host}: {type(error).__name__}: {_short(str(error))}") from error
    if not 200 <= answer.status < 300:
        raise DeliveryError(f"{host}: answered {answer.status}", wait_s)
    return answer


def public_address(host: str, port: int) -> str:
    """The address to connect to, looked up once so that it can't change between the check and the call.

    A name must not lead to this machine or to the link's own services; who means them writes the address itself.

    Raises  DeliveryError for such a name, OSError where the name is not known
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    is_own_name = host in LOCAL_NAMES or host == address
    if (ip.is_loopback and not is_own_name) or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        raise DeliveryError(f"{host}: leads to {address}, which is not called")
    return address


@contextmanager
def ends_in_time(sock: socket.socket, timeout_s: float) -> Iterator[None]:
    """Within it, `sock` is cut after `timeout_s`, however slowly the other side goes on dripping."""
    is_late = threading.Event()
    twin = sock.dup()  # encryption takes the socket's handle away, not this one

    def cut() -> None:
        is_late.set()
        try:
            twin.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was closed in this very moment

    watch = threading.Timer(timeout_s, cut)
    watch.daemon = True
    watch.start()
    try:
        yield
        # What was cut can look whole: an answer that ends in the middle of its head is read as one without a body.
        if is_late.is_set():
            raise TimeoutError
    except (OSError, http.client.HTTPException) as error:
        if is_late.is_set():
            raise TimeoutError from error
        raise
    finally:
        watch.cancel()
        twin.close()


@contextmanager
def _connected(host: str, port: int, is_tls: bool, timeout_s: float) -> Iterator[http.client.HTTPConnection]:
    """A connection to the one address that was checked; the certificate is the host's."""
    raw = socket.create_connection((public_address(host, port), port), timeout_s)
    with raw, ends_in_time(raw, timeout_s):
        connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if is_tls else raw
        try:
            yield connection
        finally:
            connection.close()


def _seconds(text: str | None) -> float:
    """How long a target asks to wait, at most an hour; 0 where it does not say, or says a date."""
    return min(float(text), 3600.0) if text and text.isascii() and text.isdigit() else 0.0


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
