"""Beats for an agent that is a Python program, without lazarus-pit.

    with Beats("/var/missions/0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10") as beats:
        beats.say("working", activity={"what": "cargo build", "expect_seconds": 1800})

If a beat cannot be written, the agent continues, and the next beat may succeed. The beats vouch for
this process: its death is noticed at once, and while it runs, no second agent is started.
"""

import contextlib
import datetime
import json
import os
import tempfile
import threading


def _identity():
    """The identity of this process, as a beat names it; None if the kernel does not show it."""
    try:
        with open("/proc/self/stat", "rb") as file:
            # After the name, which may contain anything, the start is the 20th field.
            start = int(file.read().rpartition(b")")[2].split()[19])
        with open("/proc/sys/kernel/random/boot_id") as file:
            boot = file.read().strip()
        identity = {"boot_id": boot, "pid": os.getpid(), "start_ticks": start}
        identity["pid_namespace"] = os.readlink("/proc/self/ns/pid")
        with contextlib.suppress(OSError):
            identity["time_namespace"] = os.readlink("/proc/self/ns/time")
        return identity
    except (OSError, ValueError, IndexError):
        return None


class Beats:
    """Beats every `interval` seconds until the end of the `with` block; the last beat is `exiting`."""

    def __init__(self, cell, interval=60):
        self._state = os.path.join(cell, "state")
        self._interval = interval
        self._said = {"state": "working"}
        self._process = _identity()
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
        # After the block, this process is no longer the agent.
        self._process = None
        self.say("exiting")

    def say(self, state, **more):
        """Beats now, and returns whether the beat was written. Later beats repeat this state."""
        said = json.loads(json.dumps({"state": state, **more}, allow_nan=False))
        with self._lock:
            self._said = said
            return self._beat()

    def _beat_on(self):
        while not self._end.wait(self._interval):
            with self._lock:
                self._beat()

    def _beat(self):
        """Replaces the heartbeat atomically."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        process = {} if self._process is None else {"process": self._process}
        beat = {"timestamp": now, "interval_seconds": self._interval, **process, **self._said}
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
