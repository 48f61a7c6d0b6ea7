"""
A scan as one writes it in an hour: pathlib, json and datetime.

Usage: naive.py ROOT LIMIT. Prints the same lines as yardstick.c. It follows the links that an agent
swaps in between its check and its read, and reads files of any size.
"""

import json
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

DIRECTORIES = ["meta", "config", "state", "logs", "artifacts", "worktree"]
FILES = ["meta/mission.json", "config/cell.json", "state/heartbeat.json", "logs/daemon.log"]
STATUSES = ["initialized", "active", "paused", "completed", "failed", "abandoned"]
REQUIRED = {
    "meta/mission.json": ["mission_id", "status", "created_at"],
    "config/cell.json": ["worktree", "artifacts", "heartbeat"],
    "state/heartbeat.json": ["timestamp", "state"],
}


def is_id(name):
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def load(cell, path):
    """The file's object; None if it is not what it should be."""
    try:
        value = json.loads((cell / path).read_text())
        if not all(isinstance(value[key], str) for key in REQUIRED[path]):
            return None
        if path == "meta/mission.json":
            moment(value["created_at"])
            return value if value["mission_id"] == cell.name and value["status"] in STATUSES else None
        if path == "state/heartbeat.json":
            moment(value["timestamp"])
        return value
    except (OSError, ValueError, KeyError, TypeError):
        return None


def look_at(cell, now, limit):
    missing = [name for name in DIRECTORIES if (cell / name).is_symlink() or not (cell / name).is_dir()]
    is_empty = not any((cell / name).exists() for name in FILES)
    found = {}
    for path in FILES:
        file = cell / path
        if file.is_symlink() or not file.is_file():
            missing.append(path)
        elif path in REQUIRED:
            found[path] = load(cell, path)
            if found[path] is None:
                missing.append(path)
    beat = found.get("state/heartbeat.json")
    age = (now - moment(beat["timestamp"])).total_seconds() if beat else None
    if missing:
        status = "uninitialized" if is_empty else "incomplete"
    else:
        rests = found["meta/mission.json"]["status"] not in ["initialized", "active"]
        status = "healthy" if rests or -60 <= age <= limit else "stale"
    problems = [{"path": path} for path in missing]
    age = None if age is None else round(age)
    return {"mission_id": cell.name, "status": status, "age_seconds": age, "problems": problems}


def main():
    root, limit = Path(sys.argv[1]), float(sys.argv[2])
    now = datetime.now(timezone.utc)
    for cell in root.iterdir():
        if is_id(cell.name) and cell.is_dir():
            print(json.dumps(look_at(cell, now, limit)))


main()
