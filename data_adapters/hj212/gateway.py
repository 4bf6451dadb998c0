"""The TCP gateway: takes frames, keeps them on disk, then acknowledges. What is not kept is never acknowledged."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from data_adapters.hj212.admission import Admission
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.frames import Framer, Piece
from data_adapters.hj212.judge import Judged, judge
from data_adapters.hj212.replies import QN_RTN, REFUSED, WRONG_MN, WRONG_PW, refusal_of, reply_to
from data_adapters.hj212.segments import Entry, SegmentLog

log = logging.getLogger(__name__)
READ_BYTES = 65536
QUIET_SECONDS = 10.0
REFUSALS = {"wrong_password": WRONG_PW, "unknown_device": WRONG_MN}
CLOSING = frozenset(("too_many_connections", "too_many_devices"))


@dataclass(frozen=True)
class Limits:
    """Bounds of the gateway as a whole; those of a device are in the register."""

    connections: int = 10_000
    queued_batches: int = 4096
    idle_seconds: float = 900.0
    bad_frames: int = 100
    """refused or unreadable frames after which a connection is closed"""


@dataclass
class _Session:
    number: int
    writer: asyncio.StreamWriter
    framer: Framer = field(default_factory=Framer)
    mns: set[str] = field(default_factory=set)
    bad: int = 0
    is_over: bool = False


class Gateway:
    """One listening socket, one writer to the raw log."""

    def __init__(
        self,
        devices: Devices,
        segments: SegmentLog,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing happens before `start`."""
        self._devices = devices
        self._segments = segments
        self._limits = limits or Limits()
        self._clock = clock
        self._admission = Admission(devices)
        self._queue: asyncio.Queue[tuple[list[Entry], asyncio.Future[None]]] = asyncio.Queue(
            self._limits.queued_batches
        )
        self._sessions: dict[int, asyncio.Task[None]] = {}
        self._opened = 0
        self._server: asyncio.Server | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.counts: Counter[str] = Counter()

    async def start(self, host: str = "127.0.0.1", port: int = 9212) -> int:
        """Listen; the port."""
        recovered = self._segments.open()
        log.info("event=raw_log_open frames_without_index=%d", recovered)
        self._keeper = asyncio.create_task(self._keep_forever())
        self._server = await asyncio.start_server(self._serve, host, port, limit=READ_BYTES, backlog=1024)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more, keep what was received, close the log. Devices send again what was not acknowledged."""
        if self._server:
            self._server.close()
        for task in list(self._sessions.values()):
            task.cancel()
        await asyncio.gather(*self._sessions.values(), return_exceptions=True)
        await self._queue.join()
        if self._keeper:
            self._keeper.cancel()
        self._segments.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._sessions) >= self._limits.connections:
            self.counts["connections_refused"] += 1
            writer.close()
            return
        self._opened += 1
        session = _Session(self._opened, writer)
        task = asyncio.current_task()
        assert task is not None
        self._sessions[session.number] = task
        try:
            await self._converse(reader, session)
        except (OSError, asyncio.IncompleteReadError) as error:
            log.info("event=connection_lost connection=%d error=%s", session.number, type(error).__name__)
        except asyncio.CancelledError:
            log.debug("event=connection_cancelled connection=%d", session.number)
        finally:
            del self._sessions[session.number]
            self._admission.left(session.number, session.mns)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, session: _Session) -> None:
        """Read until the device leaves, misbehaves or stays silent too long."""
        quiet = 0.0
        while not session.is_over and quiet < self._limits.idle_seconds:
            wait = min(QUIET_SECONDS, self._limits.idle_seconds)
            try:
                data = await asyncio.wait_for(reader.read(READ_BYTES), wait)
            except TimeoutError:
                quiet += wait
                await self._take(session.framer.flush(), session)
                continue
            quiet = 0.0
            if not data:
                await self._take(session.framer.flush(), session)
                return
            await self._take(session.framer.feed(data), session)

    async def _take(self, pieces: Iterable[Piece], session: _Session) -> None:
        """Judge, keep, answer: in this order."""
        entries: list[Entry] = []
        replies: list[bytes] = []
        for piece in pieces:
            judged = judge(piece, self._devices)
            refused = self._refused(judged, session)
            if piece.kind == "frame" and refused in ("", "rejected"):
                verdict = judged.reason.value if judged.reason else judged.verdict.replace(" ", "_")
                entries.append(Entry(piece.raw, int(self._clock() * 1000), verdict))
            reply = self._reply(judged, refused)
            if reply:
                replies.append(reply)
            if session.is_over:
                break
        if entries:
            await self._keep(entries)
        if replies:
            session.writer.write(b"".join(replies))
            await session.writer.drain()

    def _refused(self, judged: Judged, session: _Session) -> str:
        """Why a frame is not taken: its own fault ("rejected") or that of its sender; empty if it is taken."""
        refused = "rejected"
        if judged.reason is None and judged.message is not None:
            head = judged.message.head
            refused = self._admission.refuse(head["MN"], head.get("PW", ""), session.number, self._clock())
            if not refused:
                session.mns.add(head["MN"])
        self.counts[refused if refused != "rejected" else str(judged.reason)] += 1
        if refused:
            session.bad += 1
            log.info("event=frame_refused connection=%d reason=%s", session.number, judged.reason or refused)
        session.is_over |= refused in CLOSING or session.bad >= self._limits.bad_frames
        return refused

    def _reply(self, judged: Judged, refused: str) -> bytes | None:
        message = judged.message
        if message is None:
            return None
        device = self._devices.of(message.head.get("MN", ""))
        if not refused:
            return reply_to(message, device)
        if refused == "rejected":
            return refusal_of(message, device, QN_RTN.get(judged.reason, REFUSED) if judged.reason else REFUSED)
        return refusal_of(message, device, REFUSALS[refused]) if refused in REFUSALS else None

    async def _keep(self, entries: list[Entry]) -> None:
        """Returns when the frames are in the raw log.

        Raises  OSError if they could not be kept
        """
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._queue.put((entries, kept))
        await kept

    async def _keep_forever(self) -> None:
        """Writes all that waits in one go, so that one flush to disk serves many devices."""
        while True:
            batch = [await self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            entries = [entry for part, _ in batch for entry in part]
            problem: OSError | None = None
            try:
                await asyncio.to_thread(self._segments.append, entries)
                self.counts["kept"] += len(entries)
            except OSError as error:
                problem = error
                log.warning("event=raw_log_failed frames=%d error=%s", len(entries), error)
            for _, kept in batch:
                self._queue.task_done()
                if kept.cancelled():
                    continue
                if problem:
                    kept.set_exception(problem)
                else:
                    kept.set_result(None)
