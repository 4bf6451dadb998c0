"""SM4-ECB for the encrypted data regions of HJ 212-2025; a hook, present only where the cryptography package is."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from data_adapters.source import AdapterError

BLOCK = 16


def sm4_decryptor(key_file: Path) -> Callable[[bytes], bytes]:
    """Decrypts regions with the key in a file (32 hex digits).

    Raises  AdapterError if the key cannot be used or the package is not installed
    """
    try:
        key = bytes.fromhex(key_file.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise AdapterError(key_file, f"SM4 key cannot be read: {type(error).__name__}") from error
    if len(key) != BLOCK:
        raise AdapterError(key_file, "an SM4 key is 32 hex digits")
    try:
        ciphers = import_module("cryptography.hazmat.primitives.ciphers")
        algorithms = import_module("cryptography.hazmat.primitives.ciphers.algorithms")
        modes = import_module("cryptography.hazmat.primitives.ciphers.modes")
    except ImportError as error:
        raise AdapterError(key_file, "SM4 needs the package cryptography", "pip install cryptography") from error

    def decrypt(region: bytes) -> bytes:
        decryptor = ciphers.Cipher(algorithms.SM4(key), modes.ECB()).decryptor()
        return bytes(decryptor.update(region) + decryptor.finalize())

    return decrypt
