#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * supervise: the Lazarus Pit as a daemon. It watches, tells, and brings dead missions back.
 *
 * @module
 */
import { settingFlags } from "../lib/edges/command/setting-flags.ts";
import { loadSettings } from "../lib/edges/command/settings.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";
import { ENDPOINT_FLAGS } from "../lib/edges/http/endpoint-flags.ts";
import { supervise } from "../lib/edges/supervise/daemon.ts";
import { readDaemon } from "../lib/edges/supervise/daemon-flags.ts";
import { readOrder } from "../lib/edges/supervise/order.ts";
import { showPlan } from "../lib/edges/supervise/show-plan.ts";
import { carryOut } from "../lib/edges/supervise/verbs.ts";
import { POLICY_SETTINGS } from "../lib/schemas/settings.ts";

export const superviseTool: Tool = {
  name: "supervise",
  summary: "Watch all mission cells, tell of changes, bring dead ones back",
  repeatable: "allow-host",
  args: {
    verb: { type: "positional", required: false, description: "An order; without one, the daemon" },
    uuid: { type: "positional", required: false, description: "The mission that it is for" },
    for: { type: "string", valueHint: "time", description: "With snooze: for how long" },
    reason: { type: "string", valueHint: "text", description: "Why, for whoever looks" },
    once: { type: "boolean", description: "One round, then end" },
    plan: { type: "boolean", description: "Show what would be done, and do nothing" },
    json: { type: "boolean", description: "With --plan and history: print JSON" },
    output: { type: "string", valueHint: "file", description: "Report; else in --state-dir" },
    "ready-fd": { type: "string", valueHint: "n", description: "Say there when it is ready" },
    listen: { type: "string", valueHint: "addr", description: "Serve as serve-health does" },
    ...ENDPOINT_FLAGS,
    ...settingFlags(
      "root",
      "state_dir",
      "heartbeat_dir",
      "heartbeat_writer",
      "scan_interval_seconds",
      "fire_after",
      "clear_after",
      "notify",
      "revive",
      ...POLICY_SETTINGS,
    ),
  },
  notes: `
Orders, with the daemon up or down:
  hold, resume        do nothing for any mission, and go on
  snooze <uuid>       do nothing for it for a while: --for 20m
  quarantine <uuid>   do nothing for it: --reason "it deletes its own work"
  release <uuid>      lift both, and forget the attempts so far
  history <uuid>      what happened to it, and what was done

SIGHUP reads the configuration anew. Nothing is done without a policy in its
"revive"; the README shows one. With --listen and --beat-secret-file it takes a
beat with the token that lazarus-pit token prints for a cell.

Exit codes:
  0   told to stop, or done
  64  wrong use         65  an order's file is broken, or holds all roots
  66  no such root or cell        69  flock or heartbeat_writer failed
  73  cannot create               74  not all was read or written
  75  another one is at work, or the address is in use
  77  no permission               78  wrong configuration

Examples:
  $ supervise --plan
  $ supervise --listen unix:/run/lazarus-pit/health.sock
  $ supervise snooze 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --for 20m`,

  run({ flags, words }) {
    if (words.length > 0) return carryOut(readOrder(words, flags), loadSettings(flags), new Date());
    const daemon = readDaemon(flags);
    if (flags["plan"] !== true) return supervise(daemon);
    return showPlan(daemon.load(), flags["json"] === true, new Date());
  },
};

if (import.meta.main) await runTool(superviseTool);
