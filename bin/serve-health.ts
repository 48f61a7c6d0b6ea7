#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * serve-health: the health of every mission cell over HTTP, for probes, people and agents.
 *
 * @module
 */
import { readDuration } from "../lib/edges/command/amounts.ts";
import { refusal, textFlag } from "../lib/edges/command/flags.ts";
import { ENDPOINT_FLAGS, readEndpoint } from "../lib/edges/http/endpoint-flags.ts";
import { serveHealth } from "../lib/edges/http/health-server.ts";
import { serveTasks } from "../lib/edges/http/thread.ts";
import { settingFlags } from "../lib/edges/command/setting-flags.ts";
import { loadSettings } from "../lib/edges/command/settings.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";
import { POLICY_SETTINGS } from "../lib/schemas/settings.ts";

const LONGEST_INTERVAL = 86_400;

export const serveHealthTool: Tool = {
  name: "serve-health",
  summary: "Serve the health of every mission cell over HTTP",
  repeatable: "allow-host",
  args: {
    listen: { type: "string", valueHint: "addr", description: "127.0.0.1:8471, or unix:/path" },
    "scan-interval": { type: "string", valueHint: "time", description: "How often to scan; 5s" },
    ...ENDPOINT_FLAGS,
    ...settingFlags("root", "heartbeat_dir", ...POLICY_SETTINGS),
  },
  notes: `
Paths: / is the page. /livez /readyz /health are for probes, /metrics for
Prometheus, /v1/report /v1/jobs /v1/cells/<id> /v1/events for programs, and
/openapi.json describes them. PUT /v1/cells/<id>/heartbeat takes a beat with
the token that lazarus-pit token prints for that cell, or with the endpoint's.

Exit codes:
  0   told to stop         64  wrong use           66  no such root
  73  cannot listen        75  the address is in use
  77  no permission        78  wrong configuration

Examples:
  $ serve-health
  $ serve-health --listen unix:/run/lazarus-pit/health.sock
  $ serve-health --listen 0.0.0.0:8471 --token-file /etc/lazarus-pit/token`,

  run: ({ flags }) =>
    serveHealth({
      settings: loadSettings(flags),
      endpoint: readEndpoint(flags, textFlag(flags, "listen") ?? "127.0.0.1:8471"),
      intervalMs: readInterval(textFlag(flags, "scan-interval") ?? "5s"),
    }),
};

/** In milliseconds; a timer that waits longer than 24 days does not wait at all. */
function readInterval(text: string): number {
  const seconds = readDuration("scan-interval", text);
  if (seconds >= 1 && seconds <= LONGEST_INTERVAL) return 1000 * seconds;
  throw refusal(`"${text}" for --scan-interval: Expected 1s to 1d`);
}

if (!Bun.isMainThread) serveTasks();
else if (import.meta.main) await runTool(serveHealthTool);
