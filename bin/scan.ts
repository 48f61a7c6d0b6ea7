#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * scan: the health of every mission cell under one root.
 *
 * Reads only, but for the files it is told to write: it is safe at any moment, from cron or
 * by hand, beside running agents. The rules are in lib/rules/classify.ts, the shape of the
 * report in lib/schemas/report.ts.
 *
 * @module
 */
import { readMissionId } from "../lib/edges/cell/here.ts";
import { settingFlags } from "../lib/edges/command/setting-flags.ts";
import { showScan, tellCheckFailed } from "../lib/edges/command/show.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";
import { POLICY_SETTINGS } from "../lib/schemas/settings.ts";
import { loadSettings } from "../lib/edges/command/settings.ts";
import { readScanOptions } from "../lib/edges/command/scan-options.ts";

export const scan: Tool = {
  name: "scan",
  summary: "Show the health of every mission cell under one root",
  manyArguments: true,
  args: {
    "uuid...": { type: "positional", required: false, description: "Look at these cells only" },
    json: { type: "boolean", description: "Print the report as one JSON document" },
    ndjson: { type: "boolean", description: "Print each cell as a line of JSON" },
    prometheus: { type: "boolean", description: "Print metrics" },
    check: { type: "boolean", description: "Answer as a monitoring plugin" },
    jobs: { type: "boolean", description: "Show the cron jobs instead of the cells" },
    explain: { type: "string", valueHint: "uuid", description: "Say why a cell is what it is" },
    status: { type: "string", valueHint: "list", description: "Show these, as stale,incomplete" },
    output: { type: "string", valueHint: "file", description: "Write there, not to stdout" },
    "write-heartbeat": { type: "boolean", description: "Then write lazarus_pit.last" },
    ...settingFlags("root", "heartbeat_dir", "heartbeat_writer", ...POLICY_SETTINGS),
  },
  notes: `
Exit codes:
  0   the report was made, whatever it found
  64  wrong use         66  no such root or cell    74  not all was written
  73  cannot create     77  no permission           78  wrong configuration
  With --check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.

Examples:
  $ scan
  $ scan --status stale,incomplete
  $ scan --json | jq -r '.cells[] | select(.status != "healthy") | .mission_id'
  $ scan --prometheus --output /var/lib/prometheus/node-exporter/missions.prom`,

  run({ flags, words }) {
    const ids = words.map(readMissionId);
    return showScan(loadSettings(flags), ids, readScanOptions(flags, ids), new Date());
  },
  onError: tellCheckFailed,
};

if (import.meta.main) await runTool(scan);
