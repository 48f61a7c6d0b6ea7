#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * supervise: the daemon. It scans all cells, reports changes and revives dead missions.
 *
 * @module
 */
import { settingFlags } from "../lib/cli/setting-flags.ts";
import { cellCommandFlags, loadCellSettings } from "../lib/cell/own-root.ts";
import { runTool, defineTool } from "../lib/cli/tool.ts";
import { hostClock } from "../lib/host/clock.ts";
import { ENDPOINT_FLAGS } from "../lib/http/server/endpoint-flags.ts";
import { runAsWorker } from "../lib/http/server/worker-tasks.ts";
import { supervise } from "../lib/supervise/daemon/daemon.ts";
import { readDaemonFlags } from "../lib/supervise/daemon/daemon-flags.ts";
import { readOrder } from "../lib/supervise/commands/order-flags.ts";
import { showPlan } from "../lib/supervise/commands/show-plan.ts";
import { runOrder } from "../lib/supervise/commands/order-commands.ts";
import { LIMIT_SETTINGS } from "../lib/contract/setting-rows.ts";

export const superviseTool = defineTool({
  name: "supervise",
  summary: "Watch all mission cells, report changes, revive dead missions",
  repeatable: "allow-host",
  groups: {
    "FLAGS OF ORDERS": ["for", "reason", "json"],
    ENDPOINT: ["listen", ...Object.keys(ENDPOINT_FLAGS)],
  },
  args: {
    order: {
      type: "positional",
      required: false,
      description: "An order (see below); omit it to supervise",
    },
    uuid: { type: "positional", required: false, description: "The mission that the order is for" },
    for: { type: "string", valueHint: "time", description: "Length of snooze, hold, history" },
    reason: { type: "string", valueHint: "text", description: "Reason for the order" },
    once: { type: "boolean", description: "Run one round, then exit" },
    plan: { type: "boolean", description: "Show what would be revived, then exit" },
    json: { type: "boolean", description: "Print JSON, for --plan, status, history" },
    output: {
      type: "string",
      valueHint: "file",
      description: "Report file; default in --state-dir",
    },
    "ready-fd": {
      type: "string",
      valueHint: "n",
      description: "Descriptor to signal readiness on",
    },
    fleet: { type: "boolean", description: "Publish to etcd; revive only at home" },
    listen: { type: "string", valueHint: "addr", description: "Serve HTTP like serve-health" },
    ...ENDPOINT_FLAGS,
    ...settingFlags(
      "root",
      "state_dir",
      "heartbeat_dir",
      "heartbeat_writer",
      "scan_interval_seconds",
      "fire_after",
      "clear_after",
      "remind_after_seconds",
      "forget_after_days",
      "notify",
      "public_url",
      "revive",
      "adopt_hosts",
      "fleet_name",
      "fleet_etcd",
      "fleet_lost_after_seconds",
      "fleet_alone_seconds",
      ...LIMIT_SETTINGS,
    ),
  },
  notes: `
Orders, status and history, with or without a running daemon:
  status              what the daemon does, its last round, orders and attempts;
                      exit code 69 if none is running
  hold, resume        stop reviving all missions, for a time (--for 1h) or until
                      resume, which starts again
  snooze <uuid>       do not revive it for a time: --for 20m
  quarantine <uuid>   do not revive it: --reason "it deletes its own work"
  release <uuid>      lift both, ignore earlier attempts, and treat the agent of
                      its last beat as gone, unless supervise sees it running
  history [uuid]      print its events, attempts and orders; without one, what
                      happened to all in the last day, or --for 7d
  accept-root         accept the directory that replaced the root

SIGHUP reloads the configuration. Missions are revived only if a policy in its
"revive" matches, such as:
  "revive": [{"command": ["systemctl", "restart", "mission-cell@{mission_id}"]}]
With --listen and --beat-secret-file, agents can beat over HTTP, each with the
token that this prints: lazarus-pit token

Exit codes:
  0   stopped by a signal, or done
  64  usage error                 65  a damaged order, or another hold
  66  no such root, cell or store 69  flock or heartbeat_writer failed
  73  cannot create               74  not everything was read or written
  75  another supervise is running, or the address is in use
  77  no permission               78  wrong configuration

Examples:
  $ supervise status
  $ supervise --plan
  $ supervise --listen unix:/run/lazarus-pit/health.sock
  $ supervise snooze 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --for 20m`,

  run({ flags, positionals: words }) {
    const clock = hostClock();
    if (words.length > 0) {
      const settings = loadCellSettings(flags);
      return runOrder(readOrder(words, flags), settings, clock, cellCommandFlags(flags));
    }
    const daemon = readDaemonFlags(flags);
    if (flags["plan"] !== true) return supervise(daemon, clock);
    const options = { isJson: flags["json"] === true, flags: daemon.commandFlags };
    return showPlan(daemon.load(), options, clock);
  },
});

if (!Bun.isMainThread) runAsWorker();
else if (import.meta.main) await runTool(superviseTool);
