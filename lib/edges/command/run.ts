/**
 * `heartbeat run`: one word in front of a command gives it heartbeats.
 *
 * @module
 */
import { runCommand } from "../run/wrap.ts";
import { readPlan } from "./run-flags.ts";
import { settingFlags } from "./setting-flags.ts";
import type { Tool } from "./tool.ts";

export const run: Tool = {
  name: "heartbeat run",
  summary: "Run a command with heartbeats, and record how it ended",
  takesCommand: true,
  args: {
    uuid: {
      type: "positional",
      required: false,
      description: "Beat in this cell; else MISSION_ID, else here",
    },
    interval: {
      type: "string",
      valueHint: "time",
      description: "How often it beats in the cell; 1m",
    },
    job: { type: "string", valueHint: "name", description: "Write <name>.last, at start and end" },
    period: {
      type: "string",
      valueHint: "time",
      description: "How often the job is to run; --job only",
    },
    grace: { type: "string", valueHint: "time", description: "How late it may be, beyond that" },
    timeout: { type: "string", valueHint: "time", description: "End it after that with SIGTERM" },
    "kill-after": { type: "string", valueHint: "time", description: "And then SIGKILL; 10s" },
    lock: { type: "string", valueHint: "word", description: "One at a time: skip, wait, fail" },
    capture: { type: "boolean", description: "Keep the end of its output in the record" },
    ping: { type: "string", valueHint: "url", description: "Tell a Healthchecks monitor as well" },
    "ping-file": { type: "string", valueHint: "file", description: "The same, from a file" },
    "stuck-after": {
      type: "string",
      valueHint: "time",
      description: "Stuck after so long without CPU and output",
    },
    strict: { type: "boolean", description: "Start nothing without a sound cell" },
    ...settingFlags("root", "heartbeat_dir", "heartbeat_writer"),
  },
  notes: `
Then -- and the command. It is started first, and keeps its stdin, stdout,
stderr, signals and exit code; what fails beside it is a line on stderr. What is
wrong in the configuration is left out.

With --job: --period and --grace are for whoever watches its records. A job
without a period is never missed; a grace left out is a tenth of it, or 1m.
With a cell, --interval is for the beats alone; without, it is the period.

Exit codes:
  those of the command; 128+n when signal n ended it; 126 and 127 when it could
  not be started; before the start:
  64  wrong use         65  with --strict: the cell is broken, paused or ended
  66  no such cell      69  with --lock: there is no flock
  73  no lock file      75  with --lock=fail: another run goes on
  77  another's lock file
  78  with --strict: wrong configuration

Examples:
  $ heartbeat run 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --interval 30s -- ./agent
  $ heartbeat run --job backup --period 1d --grace 1h -- /usr/local/bin/backup`,

  run: (given) => runCommand(readPlan(given)),
};
