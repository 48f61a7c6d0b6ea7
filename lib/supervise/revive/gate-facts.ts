/**
 * Collects what the gates depend on: from the round, the observed cell and the operator's orders.
 *
 * @module
 */
import type { CommandFlags } from "../../base/command-flags.ts";
import type { ClockReadings } from "./rules/elapsed.ts";
import type { GateContext } from "./rules/gate-context.ts";
import { groundOf, ROUNDS_FOR_END } from "./rules/ground.ts";
import type { Clock } from "../../base/clock.ts";
import type { Report, ReportCell, SuspicionCause } from "../../contract/report.ts";
import { parseTimestamp } from "../../base/time.ts";
import type { Settings } from "../../contract/settings.ts";
import type { HomeFacts } from "../../fleet/rules/revival.ts";
import { NO_ORDERS } from "../orders/rules/order.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readHold } from "../orders/hold-store.ts";
import { readOrders } from "../orders/order-store.ts";
import type { StatusMemory } from "../status/status-memory.ts";
import type { ObservedCell } from "../../view/observed-cell.ts";
import { ownFileSystemSuspicion } from "./own-file-system.ts";
import type { RoundSuspicions } from "../status/rules/suspicions.ts";

export interface PlanContext {
  readonly state: StorePaths;
  /** Why orders and attempts cannot be read; undefined if they can. */
  readonly stateFlaw: string | undefined;
  readonly settings: Settings;
  readonly report: Report;
  readonly clock: Clock;
  /** How long this process has watched a cell with the same last beat: `RootScan.watchedSeconds`. */
  readonly watchedSeconds: (id: string) => number;
  readonly suspicions: Pick<RoundSuspicions, "active" | "covers">;
  readonly memory: Pick<StatusMemory, "isConfirmed">;
  /** The number of rounds in a row that found the problem of a mission. */
  readonly agreeingRounds: (id: string) => number;
  /** The missions for which this process is running a command. */
  readonly running: ReadonlySet<string>;
  /** What etcd said about a mission, as of now; undefined without a fleet. */
  readonly fleetFacts: ((id: string) => HomeFacts) | undefined;
  /** What the commands in the gates' reasons need. */
  readonly flags?: CommandFlags | undefined;
}

/** A round's context, with what is read once for all cells. */
export interface RoundPlan extends PlanContext {
  readonly clocks: ClockReadings;
  readonly hold: GateContext["hold"];
}

/** A flawed store may be another directory at the same path, whose contents do not count. */
export const holdIn = ({ state, stateFlaw, clock }: PlanContext): GateContext["hold"] =>
  stateFlaw === undefined ? readHold(state, clock.now()) : null;

/** The facts that are the same for all cells of a round. */
export const roundFacts = ({ clocks, report, settings, stateFlaw, hold, flags }: RoundPlan) => ({
  now: clocks.now,
  uptimeSeconds: clocks.uptimeSeconds,
  host: report.host,
  adoptedHosts: settings.adopt_hosts,
  stateFlaw,
  hold,
  flags,
});

/** The causes for which no agent of this host can replace its heartbeat file. */
const BLOCKS_BEATS: readonly SuspicionCause[] = ["disk-full", "read-only"];

/** The facts about one cell; its orders are read again from disk. */
export function cellFacts(round: PlanContext, observed: ObservedCell) {
  const { cell } = observed;
  const { mission_id: id } = cell;
  return {
    cell,
    evidence: observed.evidence,
    isConfirmed: round.memory.isConfirmed(cell),
    agreeingRounds: round.agreeingRounds(id),
    requiredRounds: groundOf(observed) === "end" ? ROUNDS_FOR_END : round.settings.fire_after,
    silentSeconds: silentSecondsOf(cell, round.report),
    watchedSeconds: round.watchedSeconds(id),
    suspicion: round.suspicions.covers(cell) ?? ownFileSystemSuspicion(round.report.root, cell),
    beatsBlocked: round.suspicions.active.find(({ cause }) => BLOCKS_BEATS.includes(cause)),
    orders: round.stateFlaw === undefined ? readOrders(round.state, id) : NO_ORDERS,
    fleet: round.fleetFacts?.(id),
    isRunning: round.running.has(id),
    isOtherBoot: isOtherBoot(observed, round.clock),
  };
}

/** For how long a beat has been expected; the age of the last one where that is unknown. */
function silentSecondsOf({ expected_since, age_seconds }: ReportCell, report: Report): number {
  const since = parseTimestamp(expected_since ?? "");
  const now = parseTimestamp(report.generated_at);
  return since === undefined || now === undefined ? (age_seconds ?? 0) : (now - since) / 1000;
}

const isOtherBoot = ({ vouched }: ObservedCell, { bootId }: Clock): boolean =>
  vouched?.process !== undefined && vouched.process.boot_id !== bootId;
