/**
 * `heartbeat run`: runs a command with heartbeats and a record of its end.
 *
 * @module
 */
import { DECLARATION_FLAGS } from "./declaration-flags.ts";
import { runCommand } from "./runner.ts";
import { readRunPlan } from "./run-flags.ts";
import { settingFlags } from "../cli/setting-flags.ts";
import { defineTool } from "../cli/tool.ts";

export const run = defineTool({
  name: "heartbeat run",
  summary: "Run a command with heartbeats, and record how it ended",
  takesCommand: true,
  groups: {
    "A JOB": ["job", ...DECLARATION_FLAGS, "ok-codes", "lock", "ping", "ping-file", "ping-body"],
    "A CELL": ["interval", "stuck-after", "progress-file", "strict"],
  },
  args: {
    uuid: {
      type: "positional",
      required: false,
      description: "Mission id; default: MISSION_ID, or the current cell",
    },
    interval: {
      type: "string",
      valueHint: "time",
      description: "Time between beats; default 1m",
    },
    job: {
      type: "string",
      valueHint: "name",
      description: "Record start and end of this cron job",
    },
    period: {
      type: "string",
      valueHint: "time",
      description: "How often the job runs; with --job",
    },
    schedule: {
      type: "string",
      valueHint: "cron",
      description: 'When the job runs: "30 2 * * 1-5"',
    },
    timezone: { type: "string", valueHint: "zone", description: "Of --schedule, as Europe/Berlin" },
    grace: { type: "string", valueHint: "time", description: "How late a run may be; with --job" },
    "max-runtime": {
      type: "string",
      valueHint: "time",
      description: "Alarm if a run lasts longer",
    },
    "min-interval": {
      type: "string",
      valueHint: "time",
      description: "Alarm if it runs more often",
    },
    failures: { type: "string", valueHint: "n", description: "Alarm at the nth failure in a row" },
    "ok-codes": { type: "string", valueHint: "0,24", description: "Exit codes that are a success" },
    timeout: { type: "string", valueHint: "time", description: "Send SIGTERM after this run time" },
    "kill-after": {
      type: "string",
      valueHint: "time",
      description: "Then SIGKILL after this time; default 10s",
    },
    lock: {
      type: "string",
      valueHint: "mode",
      description: "If the job runs already: skip, wait or fail",
    },
    capture: { type: "boolean", description: "Keep the last 10 kB of its output" },
    quiet: { type: "boolean", description: "Print its output only if it fails" },
    ping: { type: "string", valueHint: "url", description: "Ping a Healthchecks monitor" },
    "ping-file": { type: "string", valueHint: "file", description: "File with the ping URL" },
    "ping-body": { type: "boolean", description: "Send the captured output to the monitor" },
    "stuck-after": {
      type: "string",
      valueHint: "time",
      description: "Report as stuck without progress for this time",
    },
    "progress-file": {
      type: "string",
      valueHint: "file",
      description: "With --stuck-after: a change of it is progress",
    },
    "die-with-wrapper": {
      type: "boolean",
      description: "Kill the command if this wrapper is killed",
    },
    strict: { type: "boolean", description: "Start only if it can beat in the cell" },
    ...settingFlags("root", "heartbeat_dir", "heartbeat_writer"),
  },
  notes: `
The command follows after --. It runs as it would alone, with the same stdin,
stdout, stderr, signals and exit code. If a heartbeat, record or ping fails, one
line on stderr says so, and the command goes on. So does an invalid setting.

Without --job, the command beats in a cell: that of UUID, or the default. With
--job, it beats only if UUID names a cell.

--capture keeps the last 10 kB of the output in <name>.output beside the record,
which only the user of the job and root can read. --ping sends no output to the
monitor, unless --ping-body is given as well.

scan --jobs reports a job that did not run, by --period or --schedule, plus
--grace: by default a tenth of the period, at least 1m, and 5m for a schedule.
A job with neither is never reported as missing. To stop the alarms of a job
that was renamed or is paused: lazarus-pit jobs retire, pause. With a cell,
--interval is for its beats; without one, it is the period.

Exit codes:
  that of the command; 128+n when signal n ended it; 126 or 127 when it could
  not be started. Before the start:
  64  usage error       65  with --strict: the cell is broken, paused or ended
  66  no such cell
  69  with --lock: flock, with --die-with-wrapper: setpriv is not available
  73  cannot create the lock file
  75  with --lock=fail: the job is already running; with --strict: another agent
      works in the cell
  77  the lock file is another user's
  78  with --strict: wrong configuration

Examples:
  $ heartbeat run 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --interval 30s -- ./agent
  $ heartbeat run --job backup --period 1d --grace 1h -- /usr/local/bin/backup`,

  run: async (commandLine) => runCommand(await readRunPlan(commandLine)),
});
