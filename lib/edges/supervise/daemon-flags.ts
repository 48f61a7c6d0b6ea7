/**
 * What the flags say of the daemon.
 *
 * @module
 */
import { type Args, refusal, textFlag } from "../command/flags.ts";
import { loadSettings } from "../command/settings.ts";
import { ENDPOINT_FLAGS, readEndpoint } from "../http/endpoint-flags.ts";
import { serveReports } from "../http/health-server.ts";
import type { DaemonOptions } from "./daemon.ts";
import type { Standing } from "./standing.ts";
import { refuseVerbFlags } from "./order.ts";

/** How often the endpoint looks for a new report. */
const LOOK_MS = 500;

/**
 * Reads the flags of the daemon, of `--once` and of `--plan`.
 *
 * @throws {OperatorError} when they contradict each other, or the configuration is wrong.
 */
export function readDaemon(flags: Args): DaemonOptions {
  refuseVerbFlags(flags);
  const listen = textFlag(flags, "listen");
  const clash = clashOf(flags, listen);
  if (clash !== undefined) throw refusal(clash);
  const load = () => loadSettings(flags);
  return {
    load,
    output: textFlag(flags, "output"),
    isOnce: flags["once"] === true,
    readyFd: readDescriptor(textFlag(flags, "ready-fd")),
    serve: listen === undefined ? undefined : serving(flags, listen),
  };
}

function clashOf(flags: Args, listen: string | undefined): string | undefined {
  const has = (name: string) => flags[name] !== undefined && flags[name] !== false;
  if (has("json") && !has("plan")) return "--json without --plan";
  const alone = ["plan", "once"].find(has);
  const beside = ["once", "output", "ready-fd", "listen"].find(
    (name) => name !== alone && has(name) && !(alone === "once" && name === "output"),
  );
  if (alone !== undefined && beside !== undefined) return `--${beside} together with --${alone}`;
  const stray = Object.keys(ENDPOINT_FLAGS).find(has);
  return listen === undefined && stray !== undefined ? `--${stray} without --listen` : undefined;
}

function readDescriptor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,4}$/.test(text) && Number(text) > 2) return Number(text);
  throw refusal(`"${text}" for --ready-fd: Expected the number of an open descriptor, 3 or more`);
}

/** Serves what the daemon itself found; a report is as old as it says by a clock that nobody sets. */
function serving(flags: Args, listen: string): DaemonOptions["serve"] {
  const endpoint = readEndpoint(flags, listen);
  return async (standing) => {
    const source = {
      scan: async () => reportOf(standing),
      get intervalMs() {
        return 1000 * standing.settings.scan_interval_seconds;
      },
      lookMs: LOOK_MS,
      ageMs: () => performance.now() - (standing.latest?.atMs ?? 0),
    };
    const endpointAtWork = await serveReports(source, standing.settings.root, endpoint);
    return () => endpointAtWork.stop();
  };
}

function reportOf({ latest }: Standing) {
  if (latest === undefined) throw new Error("There is no report yet");
  return latest.report;
}
