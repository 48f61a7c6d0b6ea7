/**
 * `supervise --plan`: prints the next attempt for each dead mission, and what prevents it.
 *
 * @module
 */
import type { CommandFlags } from "../../base/command-flags.ts";
import type { Clock } from "../../base/clock.ts";
import { printable, printableJson, quoted } from "../../base/printable.ts";
import { EXIT } from "../../base/errors.ts";
import type { Settings } from "../../contract/settings.ts";
import { printError, printText } from "../../host/stdio/stdio.ts";
import {
  type DaemonStatus,
  planEntryOf,
  type PlanEntry,
  readDaemonStatus,
} from "../revive/daemon-status.ts";
import { factsInFile } from "../revive/fleet-file-facts.ts";
import type { PlanContext } from "../revive/gate-facts.ts";
import { type PlannedAttempt, planRound } from "../revive/plan.ts";
import { valueOf } from "../../contract/facts.ts";
import { hostName } from "../../host/host.ts";
import { orderText, ordersSince, withLaterOrders } from "./later-orders.ts";
import { daemonOf } from "./running-daemon.ts";
import { type StorePaths, storePathsOf } from "../../host/files/state-dir.ts";
import { storeFlaw } from "../store/store.ts";
import { openStatusMemory } from "../status/status-memory.ts";
import { startScanner } from "../status/incremental-scan.ts";

/** How to print a plan. */
export interface PlanOptions {
  readonly isJson: boolean;
  /** What the commands in the gates' reasons need. */
  readonly flags: CommandFlags;
}

/**
 * Prints the plan of the daemon's last round, with the orders that were given since; without a daemon
 * scans once, as one that starts now would. Returns the exit code.
 *
 * @throws {OperatorError} when the root, the orders or the attempts cannot be read.
 */
export function showPlan(settings: Settings, { isJson, flags }: PlanOptions, clock: Clock): number {
  const state = storePathsOf(settings);
  // Without its store a daemon cannot write its account: what is there is from before.
  const flaw = storeFlaw(state);
  const daemon = flaw === undefined ? runningStatus(state) : undefined;
  const orders = daemon === undefined ? [] : ordersSince(state, daemon.at);
  const plan =
    daemon === undefined
      ? planAnew({ state, flags }, settings, clock).map(planEntryOf)
      : withLaterOrders(daemon.plan, orders, { state, flags, now: clock.now() });
  printError(`supervise: ${sourceText(daemon, plan.length, flaw)}\n`);
  for (const line of orders.map(orderText)) printError(printable(`supervise: ${line}`) + "\n");
  printText(isJson ? `${printableJson(plan, 2)}\n` : planText(plan, settings));
  return EXIT.ok;
}

/** The account of the daemon of a root, if one is running. */
const runningStatus = (state: StorePaths): DaemonStatus | undefined =>
  daemonOf(state, `Cannot tell whether supervise runs for ${quoted(state.root)}`) === undefined
    ? undefined
    : valueOf(readDaemonStatus(state));

/** Whose plan it is; `flaw` is why no daemon can tell its own. */
function sourceText(
  daemon: DaemonStatus | undefined,
  shown: number,
  flaw: string | undefined,
): string {
  const own = "this is the one of a daemon that starts now";
  if (daemon === undefined)
    return flaw === undefined
      ? `no daemon has told its plan: ${own}`
      : `no plan of a daemon can be read: ${flaw}; ${own}`;
  const more = daemon.planned > shown ? `, the first ${shown} of ${daemon.planned}` : "";
  return `the plan of process ${daemon.pid}, by its round at ${daemon.at}${more}`;
}

function planAnew(
  { state, flags }: Pick<PlanContext, "state" | "flags">,
  settings: Settings,
  clock: Clock,
): PlannedAttempt[] {
  const { report, cells, suspicions, watchedSeconds } = startScanner(clock).scan(settings);
  return planRound(
    {
      state,
      stateFlaw: storeFlaw(state),
      settings,
      report,
      clock,
      watchedSeconds,
      suspicions,
      // As in the first round of a daemon that starts now.
      agreeingRounds: () => 1,
      memory: openStatusMemory(state, clock.now()),
      running: new Set(),
      fleetFacts: factsInFile(state, clock),
      flags,
    },
    cells.values(),
  );
}

function planText(plan: readonly PlanEntry[], { revive }: Settings): string {
  if (revive.length === 0) return "nothing is done: no revive policy is configured\n";
  if (plan.length === 0) return "nothing to do: no policy matches a dead mission\n";
  return plan.map(lineText).join("\n");
}

/** Where the last beat came from, if not from this host. */
const otherHostLines = ({ evidence }: PlanEntry): string[] =>
  evidence.host === null || evidence.host === hostName()
    ? []
    : [`  its last beat came from another host: ${quoted(evidence.host)}`];

function lineText(entry: PlanEntry): string {
  const { mission_id, problems, command, attempt, gates } = entry;
  const lines = [
    `${mission_id}  ${problems.map(({ text }) => text).join("; ")}`,
    ...otherHostLines(entry),
    `  attempt ${attempt}: ${command.join(" ")}`,
    ...gates.map(({ gate, text }) => `  not now (${gate}): ${text}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}
