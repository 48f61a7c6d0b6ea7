/**
 * The flags of the daemon, read into its options.
 *
 * @module
 */
import { type Flags, textFlag } from "../../cli/flag-values.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { commandFlags } from "../../cli/place-flags.ts";
import { loadSettings } from "../../cli/settings.ts";
import { checkProgram, checkProgramInRoot } from "../../host/files/operator-file.ts";
import { ENDPOINT_FLAGS, readEndpointFlags } from "../../http/server/endpoint-flags.ts";
import { startEndpointWorker } from "../../http/server/endpoint-worker.ts";
import type { EndpointOptions } from "../../http/server/health-server.ts";
import { printText } from "../../host/stdio/stdio.ts";
import type { Settings } from "../../contract/settings.ts";
import { routesOf } from "../notify/rules/route.ts";
import type { DaemonOptions } from "./assemble.ts";
import { latestRound } from "./daemon-state.ts";
import { refuseOrderFlags } from "../commands/order-flags.ts";

type EndpointFlag = keyof typeof ENDPOINT_FLAGS;
type DaemonFlag =
  | EndpointFlag
  | "listen"
  | "output"
  | "once"
  | "ready-fd"
  | "fleet"
  | "plan"
  | "json"
  | "for"
  | "reason";

/**
 * Reads the flags of the daemon, with or without `--once` or `--plan`.
 *
 * @throws {OperatorError} when they contradict each other, or the configuration is wrong.
 */
export function readDaemonFlags(flags: Flags<DaemonFlag>): DaemonOptions {
  refuseOrderFlags(flags);
  const listen = textFlag(flags, "listen");
  const conflict = conflictIn(flags, listen);
  if (conflict !== undefined) throw cannotUse(conflict);
  const load = () => withTrustedPrograms(loadSettings(flags));
  return {
    load,
    commandFlags: commandFlags(flags),
    output: textFlag(flags, "output"),
    isOnce: flags["once"] === true,
    isInFleet: flags["fleet"] === true,
    readyFd: readDescriptor(textFlag(flags, "ready-fd")),
    serve: listen === undefined ? undefined : serveEndpoint(readEndpointFlags(flags, listen)),
  };
}

/** Refuses programs that other accounts can change: the daemon runs them with its own rights. */
function withTrustedPrograms(settings: Settings): Settings {
  checkProgram("heartbeat_writer", settings.heartbeat_writer ?? []);
  for (const { command } of routesOf(settings.notify)) checkProgramInRoot("notify", command);
  for (const { command } of settings.revive) checkProgramInRoot("revive", command);
  return settings;
}

function conflictIn(flags: Flags<DaemonFlag>, listen: string | undefined): string | undefined {
  const has = (name: DaemonFlag) => flags[name] !== undefined && flags[name] !== false;
  if (has("json") && !has("plan")) return "--json without --plan";
  const mode = (["plan", "once"] as const).find(has);
  const excluded = (["once", "output", "ready-fd", "listen", "fleet"] as const).find(
    (name) => name !== mode && has(name) && !(mode === "once" && name === "output"),
  );
  if (mode !== undefined && excluded !== undefined) return `--${excluded} together with --${mode}`;
  const stray = (Object.keys(ENDPOINT_FLAGS) as EndpointFlag[]).find(has);
  return listen === undefined && stray !== undefined ? `--${stray} without --listen` : undefined;
}

function readDescriptor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,4}$/.test(text) && Number(text) > 2) return Number(text);
  throw cannotUse(`"${text}" for --ready-fd: Expected the number of an open descriptor, 3 or more`);
}

/** Serves the daemon's own reports, and prints the address. */
function serveEndpoint(endpoint: EndpointOptions): DaemonOptions["serve"] {
  return async (state, errors) => {
    const onDeath = (error: Error) => errors.report("the health endpoint", error);
    const thread = await startEndpointWorker(endpoint, state.settings, latestRound(state), onDeath);
    printText(`${thread.address}\n`);
    return thread;
  };
}
