"""One budget for all that a PDF unpacks, whichever filters it names and however often they stand one in another.

pdfminer unpacks each stream in one go, in several filters one after another, and asks nobody. Its filters are taken
out of its hands here for as long as a file is read: they are the same, but they count what they make.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from pdfminer import pdftypes
from pdfminer.ascii85 import ascii85decode, asciihexdecode
from pdfminer.ccitt import ccittfaxdecode
from pdfminer.lzw import CorruptDataError, LZWDecoder

MB = 1024 * 1024
LARGEST_UNPACKED = 200 * MB
END_OF_DATA = 128
CHECKSUM = 3
"""Bytes at the end that may be wrong."""


class Unpacked(BaseException):
    """The budget is spent. No ``Exception``: the library passes over many of those."""


class _Budget:
    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Unpacked

    def flate(self, data: bytes, *_: Any) -> bytes:
        """As ``zlib.decompress``."""
        unpacker = zlib.decompressobj()
        found = self._inflated(unpacker, data)
        if not unpacker.eof:
            raise zlib.error("incomplete or truncated stream")
        return found

    def broken_flate(self, data: bytes) -> bytes:
        """As much as there is, byte by byte, as pdfminer does."""
        unpacker, found, at = zlib.decompressobj(), bytearray(), 0
        try:
            for at in range(len(data)):
                found += self._inflated(unpacker, data[at : at + 1])
        except zlib.error:
            if at < len(data) - CHECKSUM:
                raise
        return bytes(found)

    def _inflated(self, unpacker: Any, data: bytes) -> bytes:
        # One byte more than may be spent, so that too much is seen.
        found: bytes = unpacker.decompress(data, self._left + 1)
        self.spend(len(found))
        return found

    def lzw(self, data: bytes) -> bytes:
        """Its table is no longer copied for a log at each step."""
        decoder, found = LZWDecoder(BytesIO(data)), bytearray()
        try:
            while True:
                piece = decoder.feed(decoder.readbits(decoder.nbits))
                self.spend(len(piece))
                found += piece
        except (EOFError, CorruptDataError):
            return bytes(found)

    def run_length(self, data: bytes) -> bytes:
        """In bytes, where pdfminer has a list of numbers eight times as large."""
        found, at = bytearray(), 0
        while at < len(data) and (length := data[at]) != END_OF_DATA:
            if length < END_OF_DATA:
                piece, at = data[at + 1 : at + 2 + length], at + 2 + length
            else:
                piece, at = data[at + 1 : at + 2] * (257 - length), at + 2
            self.spend(len(piece))
            found += piece
        return bytes(found)

    def ascii85(self, data: bytes) -> bytes:
        """«z» stands for four bytes."""
        self.spend(len(data) + 4 * data.count(b"z"))
        return ascii85decode(data)

    def ascii_hex(self, data: bytes) -> bytes:
        self.spend(len(data))
        return asciihexdecode(data)

    def fax(self, data: bytes, params: dict[str, object]) -> bytes:
        found = ccittfaxdecode(data, params)
        self.spend(len(found))
        return found


@contextmanager
def unpacking_at_most(size: int = LARGEST_UNPACKED) -> Iterator[None]:
    """Whatever pdfminer unpacks inside the block makes at most ``size`` bytes in all. Raises ``Unpacked``.

    For a process that reads one file at a time.
    """
    budget = _Budget(size)
    counted = {
        "zlib": SimpleNamespace(decompress=budget.flate, error=zlib.error),
        "decompress_corrupted": budget.broken_flate,
        "lzwdecode": budget.lzw,
        "rldecode": budget.run_length,
        "ascii85decode": budget.ascii85,
        "asciihexdecode": budget.ascii_hex,
        "ccittfaxdecode": budget.fax,
    }
    before = {name: getattr(pdftypes, name) for name in counted}
    vars(pdftypes).update(counted)
    try:
        yield
    finally:
        vars(pdftypes).update(before)
