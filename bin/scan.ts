#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * scan: show the health of every mission cell under one root.
 *
 * Writes only the files that its flags name, so it is safe to run at any time, from cron or by
 * hand, while agents run. The rules are in lib/verdict/classify.ts, the shape of the
 * report in lib/contract/report.ts.
 *
 * @module
 */
import { canonicalId, isMissionId } from "../lib/base/id.ts";
import { helpWithScan } from "../lib/scan/scan-helper.ts";
import { settingFlags } from "../lib/cli/setting-flags.ts";
import { reportCheckFailure, showScan } from "../lib/scan/scan-screen.ts";
import { runTool, defineTool } from "../lib/cli/tool.ts";
import { LIMIT_SETTINGS } from "../lib/contract/setting-rows.ts";
import { loadSettings } from "../lib/cli/settings.ts";
import { loadCellSettings } from "../lib/cell/own-root.ts";
import { readScanOptions, type ScanCall } from "../lib/scan/scan-flags.ts";

const readRevival: ScanCall["readRevival"] = async (settings, now) =>
  (await import("../lib/supervise/revive/revival-facts.ts")).readRevivalFacts(settings, now);
const readSupervision: ScanCall["readSupervision"] = async (settings, now) =>
  (await import("../lib/supervise/commands/supervision.ts")).readSupervision(settings, now);

export const scan = defineTool({
  name: "scan",
  summary: "Show the health of every mission cell under one root",
  allowsExtra: true,
  repeatable: "label",
  optionalValues: { explain: /^[^-]/, watch: /^\d+[smhd]?$/ },
  groups: {
    OUTPUT: ["json", "ndjson", "prometheus", "check", "output", "report-version"],
    TABLE: ["wide", "columns", "sort", "no-header", "quiet", "watch"],
    "WHAT IS SHOWN": ["status", "label", "explain", "jobs", "min-cells", "min-jobs"],
  },
  args: {
    "uuid...": {
      type: "positional",
      required: false,
      description: "Show these cells only: ids, their ends, or titles",
    },
    fleet: { type: "boolean", description: "Show all hosts; or those given: URLs or files" },
    json: { type: "boolean", description: "Print the report as one JSON document" },
    ndjson: { type: "boolean", description: "Print each cell as a line of JSON" },
    prometheus: { type: "boolean", description: "Print metrics" },
    check: { type: "boolean", description: "Print like a Nagios plugin" },
    "min-cells": {
      type: "string",
      valueHint: "n",
      description: "Fewest cells for --check; default: 1",
    },
    "min-jobs": {
      type: "string",
      valueHint: "n",
      description: "Fewest jobs for --jobs --check; default: 1",
    },
    jobs: { type: "boolean", description: "Show the cron jobs instead of the cells" },
    explain: {
      type: "string",
      valueHint: "uuid",
      description: "Explain the status of a cell; default: the current one",
    },
    status: { type: "string", valueHint: "list", description: "Only cells with these statuses" },
    label: {
      type: "string",
      valueHint: "k=v",
      description: "Only cells with this label; repeatable",
    },
    wide: { type: "boolean", description: "Cut nothing, however wide the table gets" },
    columns: {
      type: "string",
      valueHint: "list",
      description: "The columns, such as status,title,says",
    },
    sort: { type: "string", valueHint: "column", description: "Sort by a column; =-age: reversed" },
    "no-header": { type: "boolean", description: "Leave out headings and summary" },
    quiet: { type: "boolean", description: "Print the ids only" },
    watch: {
      type: "string",
      valueHint: "time",
      description: "Scan again and again; default: every 2s",
    },
    output: { type: "string", valueHint: "file", description: "Write to a file, not to stdout" },
    "report-version": {
      type: "string",
      valueHint: "n",
      description: "Format of the JSON: 1 or 2 (default)",
    },
    "write-heartbeat": { type: "boolean", description: "Record the scan in lazarus_pit.last" },
    ...settingFlags("root", "state_dir", "heartbeat_dir", "heartbeat_writer", ...LIMIT_SETTINGS),
    ...settingFlags("fleet_sources", "fleet_etcd"),
  },
  notes: `
Columns: mission status age state attention limit owner progress attempts orders
title activity message says labels host problem. Without --columns: mission
status age state title, and owner progress attempts orders says where a cell has
them; a terminal leaves out those that do not fit, a pipe or --wide does not.
Statuses: incomplete stale uninitialized healthy resting waiting stuck.

Exit codes:
  0   the scan succeeded, whatever it found
  64  usage error       66  no such root or cell    74  not written completely
  73  cannot create     77  no permission           78  wrong configuration
  With --check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
  With --fleet also: 69 no host answered, 75 interrupted by a signal.

Examples:
  $ scan
  $ scan --status stale,incomplete --watch
  $ scan --label team=a --columns mission,status,says
  $ scan --json | jq -r '.cells[] | select(.status != "healthy") | .mission_id'
  $ scan --fleet http://alpha:8471/v1/report http://beta:8471/v1/report
  $ scan --prometheus --output /var/lib/prometheus/node-exporter/missions.prom`,

  async run({ flags, positionals: words }) {
    if (flags.fleet === true)
      return (await import("../lib/fleet/fleet-screen.ts")).showFleet(
        loadSettings(flags),
        flags,
        words,
      );
    const options = await readScanOptions(flags, words);
    const settings = loadCellSettings(flags);
    const ids = words.every(isMissionId)
      ? words.map(canonicalId)
      : (await import("../lib/cell/named-cell.ts")).findNamedCells(settings.root, words);
    return showScan({ settings, ids, options, now: new Date(), readRevival, readSupervision });
  },
  onError: reportCheckFailure,
});

if (!Bun.isMainThread) helpWithScan();
else if (import.meta.main) await runTool(scan);
