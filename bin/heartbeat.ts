#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * heartbeat: say that an agent, or a cron job, was alive just now.
 *
 * @module
 */
import { beatCell } from "../lib/edges/cell/beat.ts";
import { openRoot } from "../lib/edges/host/directory.ts";
import { settingFlags } from "../lib/edges/command/setting-flags.ts";
import { missionMeant } from "../lib/edges/cell/here.ts";
import { jobRecord, writeJob } from "../lib/edges/cell/job.ts";
import { readSaidOfJob, readSaid } from "../lib/edges/command/said.ts";
import { loadSettings } from "../lib/edges/command/settings.ts";
import { printText } from "../lib/edges/host/stdout.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";
import { printableJson } from "../lib/rules/printable.ts";
import { EXIT } from "../lib/schemas/errors.ts";

export const heartbeat: Tool = {
  name: "heartbeat",
  summary: "Write one heartbeat of a mission cell, or of a cron job",
  commands: {
    run: "Run a command with heartbeats: heartbeat run --help",
    hook: "Beat for an event of an agent's session: heartbeat hook --help",
  },
  tools: {
    hook: async () => (await import("../lib/edges/command/hook.ts")).hook,
    run: async () => (await import("../lib/edges/command/run.ts")).run,
  },
  args: {
    uuid: {
      type: "positional",
      required: false,
      description: "The cell; else MISSION_ID, else here",
    },
    state: { type: "string", valueHint: "word", description: "What it does; working if left out" },
    message: { type: "string", valueHint: "text", description: "For people" },
    interval: { type: "string", valueHint: "time", description: "How often it beats" },
    progress: { type: "string", valueHint: "3/10", description: "How far the work has come" },
    activity: { type: "string", valueHint: "text", description: "A long step without beats" },
    expect: { type: "string", valueHint: "time", description: "How long that step may take" },
    job: { type: "string", valueHint: "name", description: "Write <name>.last instead" },
    status: { type: "string", valueHint: "word", description: "How the job went; ok if left out" },
    json: { type: "boolean", description: "Print what was written" },
    ...settingFlags("root", "heartbeat_dir", "heartbeat_writer"),
  },
  notes: `
Times are 90, 30s, 5m, 2h or 1d. Statuses of a job: running, ok, fail, timeout,
skipped, lost.

Exit codes:
  0   written
  64  wrong use         65  the cell is broken, paused, or has ended
  66  no such cell      69  the heartbeat writer failed
  74  not written       77  no permission           78  wrong configuration

Examples:
  $ heartbeat 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --state working --interval 60
  $ heartbeat --activity "cargo build" --expect 30m
  $ heartbeat --job backup --interval 1d`,

  async run({ flags, words }) {
    const settings = loadSettings(flags);
    const now = new Date();
    const written = flags["job"] === undefined ? beat() : await report();
    if (flags["json"] === true) printText(`${printableJson(written, 2)}\n`);
    return EXIT.ok;

    function beat() {
      const root = openRoot(settings.root);
      return beatCell(root, missionMeant(words[0], root), readSaid(flags), process.ppid, now);
    }

    async function report() {
      const record = jobRecord(readSaidOfJob(flags, words), now);
      await writeJob(record, settings);
      return record;
    }
  },
};

if (import.meta.main) await runTool(heartbeat);
