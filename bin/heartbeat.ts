#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * heartbeat: writes a heartbeat of an agent or a cron job.
 *
 * @module
 */
import { beatCell } from "../lib/cell/heartbeat/beat.ts";
import { openRoot } from "../lib/host/files/directory.ts";
import { settingFlags } from "../lib/cli/setting-flags.ts";
import { resolveMissionId } from "../lib/cell/mission-id.ts";
import { readBeatFlags } from "../lib/cell/heartbeat/heartbeat-flags.ts";
import { limitWarnings } from "../lib/cell/rules/limit-warnings.ts";
import { loadSettings } from "../lib/cli/settings.ts";
import { loadCellSettings } from "../lib/cell/own-root.ts";
import { printError, printText } from "../lib/host/stdio/stdio.ts";
import { runTool, defineTool } from "../lib/cli/tool.ts";
import { printableJson } from "../lib/base/printable.ts";
import { EXIT } from "../lib/base/errors.ts";

export const heartbeat = defineTool({
  name: "heartbeat",
  summary: "Write one heartbeat of a mission cell, or of a cron job",
  commands: {
    run: "Run a command with heartbeats: heartbeat run --help",
    hook: "Beat for an event of an agent's session: heartbeat hook --help",
  },
  tools: {
    hook: async () => (await import("../lib/agent-hook/hook.ts")).hook,
    run: async () => (await import("../lib/run/run.ts")).run,
  },
  groups: {
    "BEAT OF A CELL": ["state", "progress", "activity", "expect", "until", "process"],
    "RECORD OF A JOB": ["job", "status"],
  },
  args: {
    uuid: {
      type: "positional",
      required: false,
      description: "Mission id; default: MISSION_ID, or the current cell",
    },
    state: { type: "string", valueHint: "word", description: "The agent's state; default working" },
    message: { type: "string", valueHint: "text", description: "Text for people" },
    interval: { type: "string", valueHint: "time", description: "Time between beats" },
    progress: { type: "string", valueHint: "3/10", description: "Progress of the work" },
    activity: { type: "string", valueHint: "text", description: "A long step without beats" },
    expect: { type: "string", valueHint: "time", description: "How long that step may take" },
    until: {
      type: "string",
      valueHint: "time",
      description: "End of the wait: 5h, or a timestamp",
    },
    process: {
      type: "string",
      valueHint: "pid",
      description: "The agent's pid, to notice its end",
    },
    job: { type: "string", valueHint: "name", description: "Record a cron job: <name>.last" },
    status: { type: "string", valueHint: "word", description: "The job's status; default ok" },
    json: { type: "boolean", description: "Print what was written" },
    ...settingFlags("root", "heartbeat_dir", "heartbeat_writer"),
  },
  notes: `
A <time> is 90 (seconds), 30s, 5m, 2h or 1d. Statuses of a job: running, ok,
fail, timeout, skipped, lost.

Exit codes:
  0   written
  64  usage error       65  the cell is broken, paused, or has ended
  66  no such cell or process
  69  the heartbeat writer failed
  74  not written       77  no permission           78  wrong configuration

Examples:
  $ heartbeat 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --state working --interval 60
  $ heartbeat --activity "cargo build" --expect 30m
  $ heartbeat --state waiting --until 5h --message "usage limit"
  $ heartbeat --job backup --interval 1d`,

  async run({ flags, positionals: words }) {
    const isJob = flags["job"] !== undefined;
    const settings = isJob ? loadSettings(flags) : loadCellSettings(flags);
    const now = new Date();
    const written = await (isJob ? report() : beat());
    if (flags["json"] === true) printText(`${printableJson(written, 2)}\n`);
    return EXIT.ok;

    async function beat() {
      const root = openRoot(settings.root);
      const cell = { root, id: await resolveMissionId(words[0], root) };
      const asked = readBeatFlags(flags, now);
      const beaten = beatCell(cell, asked, { pid: process.ppid, now });
      for (const text of limitWarnings(asked, beaten, settings)) printError(`heartbeat: ${text}\n`);
      return beaten;
    }

    async function report() {
      const { readJobFlags } = await import("../lib/cell/heartbeat/job-flags.ts");
      const { reportStatus } = await import("../lib/jobs/report-status.ts");
      const { record, replaced } = await reportStatus(readJobFlags(flags, words), settings, now);
      if (replaced !== undefined) printError(`heartbeat: ${replaced}\n`);
      return record;
    }
  },
});

if (import.meta.main) await runTool(heartbeat);
