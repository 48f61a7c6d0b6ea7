#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * serve-health: serves the health of every mission cell over HTTP, for probes, people and agents.
 *
 * @module
 */
import { readDuration } from "../lib/cli/value-flags.ts";
import { textFlag } from "../lib/cli/flag-values.ts";
import { cannotUse } from "../lib/cli/usage-error.ts";
import { ENDPOINT_FLAGS, readEndpointFlags } from "../lib/http/server/endpoint-flags.ts";
import { serveHealth } from "../lib/http/server/health-server.ts";
import { runAsWorker } from "../lib/http/server/worker-tasks.ts";
import { settingFlags } from "../lib/cli/setting-flags.ts";
import { loadSettings } from "../lib/cli/settings.ts";
import { runTool, defineTool } from "../lib/cli/tool.ts";
import { LIMIT_SETTINGS } from "../lib/contract/setting-rows.ts";

const MAX_INTERVAL_SECONDS = 86_400;

export const serveHealthTool = defineTool({
  name: "serve-health",
  summary: "Serve the health of every mission cell over HTTP",
  repeatable: "allow-host",
  args: {
    fleet: { type: "boolean", description: "Serve all hosts of the fleet" },
    listen: {
      type: "string",
      valueHint: "addr",
      description: "Default 127.0.0.1:8471; or unix:/path",
    },
    "scan-interval": {
      type: "string",
      valueHint: "time",
      description: "Time between scans; default 5s",
    },
    ...ENDPOINT_FLAGS,
    ...settingFlags("root", "state_dir", "heartbeat_dir", "public_url", ...LIMIT_SETTINGS),
    ...settingFlags("fleet_sources", "fleet_etcd"),
  },
  notes: `
Paths: / is the page. /livez /readyz /health are for probes, /metrics for
Prometheus, /v1/report /v1/jobs /v1/cells/<id> /v1/events for programs;
/openapi.json describes all of them. PUT /v1/cells/<id>/heartbeat takes a beat
with the cell's token (see: lazarus-pit token) or the endpoint's, and
POST /v1/orders takes the orders of supervise with the operator's token.

Secrets and certificates are read again when their files change, and on
SIGHUP, which then does not end the server; without such files, it does.

Exit codes:
  0   stopped              64  usage error         66  no such root
  73  cannot listen        75  the address is in use
  77  no permission        78  wrong configuration

Examples:
  $ serve-health
  $ serve-health --listen unix:/run/lazarus-pit/health.sock
  $ serve-health --listen 0.0.0.0:8471 --token-file /etc/lazarus-pit/token`,

  async run({ flags }) {
    const options = {
      settings: loadSettings(flags),
      endpoint: readEndpointFlags(flags, textFlag(flags, "listen") ?? "127.0.0.1:8471"),
      intervalMs: readInterval(textFlag(flags, "scan-interval") ?? "5s"),
    };
    if (flags.fleet !== true) return serveHealth(options);
    return (await import("../lib/http/fleet/serve-fleet.ts")).serveFleet({ ...options, flags });
  },
});

/** Milliseconds. Bounded, because a timer of more than 24 days fires at once. */
function readInterval(text: string): number {
  const seconds = readDuration("scan-interval", text);
  if (seconds >= 1 && seconds <= MAX_INTERVAL_SECONDS) return 1000 * seconds;
  throw cannotUse(`"${text}" for --scan-interval: Expected 1s to 1d`);
}

if (!Bun.isMainThread) runAsWorker();
else if (import.meta.main) await runTool(serveHealthTool);
