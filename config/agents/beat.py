"""Beats for an agent that is a Python program, without our program.

    with Beats("/var/missions/0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10") as beats:
        beats.say("working", activity={"what": "cargo build", "expect_seconds": 1800})

A beat that cannot be written is no reason for an agent to end: the next one may be.
"""

import contextlib
import datetime
import json
import os
import tempfile
import threading


class Beats:
    """Beats every `interval` seconds until the end of the `with` block, then says exiting."""

    def __init__(self, cell, interval=60):
        self._state = os.path.join(cell, "state")
        self._interval = interval
        self._said = {"state": "working"}
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, daemon=True)

    def __enter__(self):
        self.say("working")
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
        self.say("exiting")

    def say(self, state, **more):
        """Beats now, and gives whether that was written; what is said stays until something else is."""
        said = json.loads(json.dumps({"state": state, **more}, allow_nan=False))
        with self._lock:
            self._said = said
            return self._beat()

    def _beat_on(self):
        while not self._end.wait(self._interval):
            with self._lock:
                self._beat()

    def _beat(self):
        """Replaces the heartbeat, so that a reader meets the old one or the new one."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        beat = {"timestamp": now, "interval_seconds": self._interval, **self._said}
        new = None
        try:
            descriptor, new = tempfile.mkstemp(prefix=".beat.", dir=self._state)
            with open(descriptor, "w") as file:
                json.dump(beat, file)
                os.fchmod(file.fileno(), 0o640)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, os.path.join(self._state, "heartbeat.json"))
            new = None
            return True
        except OSError:
            return False
        finally:
            if new is not None:
                with contextlib.suppress(OSError):
                    os.unlink(new)
