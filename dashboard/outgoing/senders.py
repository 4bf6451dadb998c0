"""How a message reaches each kind of target. Every sender ends in time and raises DeliveryError unless it was taken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import mimetypes
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

from dashboard.outgoing.connection import Answer, DeliveryError, ends_in_time, post, public_address
from dashboard.outgoing.targets import DingTalk, Mail, Target, Webhook, WeCom, secret

JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "lookout-outgoing/1"}
WECOM_LIMIT = 4096
Message = Mapping[str, Any]


def send(target: Target, message: Message, timeout_s: float, unix_time: float) -> None:
    """Deliver one message; `unix_time` is what the signature says.

    Raises  DeliveryError where the target did not take it, OutgoingError where a secret is not set
    """
    SENDERS[target.kind](target, message, timeout_s, unix_time)


def signature(key: str, at: int, body: bytes) -> str:
    """What `X-Lookout-Signature` says: time, and HMAC-SHA256 over `time.body`, so that neither can be changed."""
    signed = hmac.new(key.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def dingtalk_sign(key: str, at_ms: int) -> str:
    """The signature DingTalk asks for, ready for an address."""
    signed = hmac.new(key.encode(), f"{at_ms}\n{key}".encode(), hashlib.sha256).digest()
    return quote_plus(base64.b64encode(signed))


def _send_webhook(target: Webhook, message: Message, timeout_s: float, unix_time: float) -> None:
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        **JSON_HEADERS,
        "X-Lookout-Event": str(message["event"]),
        "X-Lookout-Event-Id": str(message["event_id"]),
        "X-Lookout-Signature": signature(secret(target.secret_env), int(unix_time), body),
    }
    post(target.url, body, headers, timeout_s)


def _send_wecom(target: WeCom, message: Message, timeout_s: float, _unix_time: float) -> None:
    content = _within(_markdown(message), WECOM_LIMIT)
    body = json.dumps({"msgtype": "markdown", "markdown": {"content": content}}, ensure_ascii=False).encode()
    url = _with(target.url, urlencode({"key": secret(target.token_env)}))
    _check_robot(post(url, body, JSON_HEADERS, timeout_s))


def _send_dingtalk(target: DingTalk, message: Message, timeout_s: float, unix_time: float) -> None:
    at_ms = int(unix_time * 1000)
    told = {"title": message["title"], "text": _markdown(message)}
    body = json.dumps({"msgtype": "markdown", "markdown": told}, ensure_ascii=False).encode()
    signed = f"&timestamp={at_ms}&sign={dingtalk_sign(secret(target.secret_env), at_ms)}"
    url = _with(target.url, urlencode({"access_token": secret(target.token_env)}) + signed)
    _check_robot(post(url, body, JSON_HEADERS, timeout_s))


def _send_mail(target: Mail, message: Message, timeout_s: float, unix_time: float) -> None:
    try:
        address = public_address(target.host, target.port)
        raw = socket.create_connection((address, target.port), timeout_s)
        with raw, ends_in_time(raw, timeout_s), _Smtp(target, raw, timeout_s) as server:
            if target.user_env:
                server.login(secret(target.user_env), secret(target.password_env))
            server.send_message(letter(target, message, unix_time))
    except TimeoutError as error:
        raise DeliveryError(f"{target.host}: no answer in {timeout_s:g} s") from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"{target.host}: {type(error).__name__} {error.smtp_code}") from error
    except OSError as error:
        raise DeliveryError(f"{target.host}: {type(error).__name__}") from error


def letter(target: Mail, message: Message, unix_time: float) -> EmailMessage:
    """The e-mail; its id is the event's, so that a receiver can see a second copy for what it is."""
    found = EmailMessage()
    found["Subject"] = message["title"]
    found["From"] = target.sender
    found["To"] = ", ".join(target.recipients)
    found["Date"] = formatdate(unix_time)
    found["Message-ID"] = f"<{message['event_id']}.{target.name}@lookout>"
    found["X-Lookout-Event-Id"] = str(message["event_id"])
    found.set_content(message["text"])
    for file in message.get("files", ()):
        kind = mimetypes.guess_type(file["name"])[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        found.add_attachment(Path(file["path"]).read_bytes(), maintype=main, subtype=sub, filename=file["name"])
    return found


class _Smtp(smtplib.SMTP):
    """SMTP over a connection that is already made, encrypted as the target says before anything is told."""

    def __init__(self, target: Mail, raw: socket.socket, timeout_s: float) -> None:
        self._raw = raw
        context = ssl.create_default_context(cafile=str(target.ca_file) if target.ca_file else None)
        if target.security == "tls":
            self._raw = context.wrap_socket(raw, server_hostname=target.host)
        super().__init__(target.host, target.port, local_hostname="lookout", timeout=timeout_s)
        if target.security == "starttls":
            self.starttls(context=context)

    def _get_socket(self, _host: str, _port: int, _timeout: float) -> socket.socket:  # smtplib's own hook
        return self._raw


def _markdown(message: Message) -> str:
    lines = str(message["text"]).split("\n")
    return "\n\n".join([f"### {message['title']}", *lines])


def _within(text: str, limit: int) -> str:
    """`text` in at most `limit` bytes, no letter cut in two."""
    return text.encode()[:limit].decode(errors="ignore")


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _check_robot(answer: Answer) -> None:
    """A robot answers 200 and tells in `errcode` whether it took the message.

    Raises  DeliveryError
    """
    try:
        code = json.loads(answer.body)["errcode"]
    except (ValueError, KeyError, TypeError) as error:
        raise DeliveryError("the robot's answer can't be read") from error
    if code != 0:
        raise DeliveryError(f"the robot refused it: errcode {str(code)[:20]}")


SENDERS: Mapping[str, Callable[..., None]] = {
    "webhook": _send_webhook,
    "wecom": _send_wecom,
    "dingtalk": _send_dingtalk,
    "mail": _send_mail,
}
