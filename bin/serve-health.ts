#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * serve-health: the health of every mission cell over HTTP, for probes, people and agents.
 *
 * @module
 */
import { readCount, readDuration } from "../lib/edges/command/amounts.ts";
import { listFlag, refusal, textFlag } from "../lib/edges/command/flags.ts";
import { serveHealth } from "../lib/edges/http/health-server.ts";
import { readAddress } from "../lib/edges/http/listen.ts";
import { serveScans } from "../lib/edges/http/scan-thread.ts";
import { readSecret } from "../lib/edges/host/secret.ts";
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
    "token-file": { type: "string", valueHint: "file", description: "Ask readers for this token" },
    "beat-secret-file": { type: "string", valueHint: "file", description: "Take beats; see below" },
    "allow-host": {
      type: "string",
      valueHint: "name",
      description: "A proxy's name; may be repeated",
    },
    insecure: { type: "boolean", description: "Beyond this host without a token" },
    "scan-interval": { type: "string", valueHint: "time", description: "How often to scan; 5s" },
    "max-clients": { type: "string", valueHint: "n", description: "Most event streams; 1024" },
    "no-per-cell-metrics": { type: "boolean", description: "Count cells in /metrics, name none" },
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

  run({ flags }) {
    const secret = (name: string) => {
      const file = textFlag(flags, name);
      return file === undefined ? undefined : readSecret(file);
    };
    return serveHealth({
      settings: loadSettings(flags),
      address: readAddress(textFlag(flags, "listen") ?? "127.0.0.1:8471"),
      token: secret("token-file"),
      beatSecret: secret("beat-secret-file"),
      hosts: listFlag(flags, "allow-host").map((name) => name.toLowerCase()),
      isInsecure: flags["insecure"] === true,
      intervalMs: readInterval(textFlag(flags, "scan-interval") ?? "5s"),
      maxClients: readCount("max-clients", textFlag(flags, "max-clients") ?? "1024"),
      perCellMetrics: flags["no-per-cell-metrics"] !== true,
    });
  },
};

/** In milliseconds; a timer that waits longer than 24 days does not wait at all. */
function readInterval(text: string): number {
  const seconds = readDuration("scan-interval", text);
  if (seconds >= 1 && seconds <= LONGEST_INTERVAL) return 1000 * seconds;
  throw refusal(`"${text}" for --scan-interval: Expected 1s to 1d`);
}

if (!Bun.isMainThread) serveScans();
else if (import.meta.main) await runTool(serveHealthTool);
