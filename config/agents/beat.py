"""Beats for an agent that is a Python program, without our program.

    with Beats("/var/missions/0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10") as beats:
        beats.say("working", activity={"what": "cargo build", "expect_seconds": 1800})
"""

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
        """Beats now; what is said stays until something else is."""
        self._said = {"state": state, **more}
        self._beat()

    def _beat_on(self):
        while not self._end.wait(self._interval):
            self._beat()

    def _beat(self):
        """Replaces the heartbeat, so that a reader meets the old one or the new one."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        beat = {"timestamp": now, "interval_seconds": self._interval, **self._said}
        with self._lock:
            with tempfile.NamedTemporaryFile("w", dir=self._state, delete=False) as file:
                json.dump(beat, file)
                os.fchmod(file.fileno(), 0o640)
                file.flush()
                os.fsync(file.fileno())
            os.replace(file.name, os.path.join(self._state, "heartbeat.json"))
