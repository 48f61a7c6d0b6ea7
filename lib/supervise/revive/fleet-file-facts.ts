/**
 * What `fleet.json` says as of now.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { valueOf } from "../../contract/facts.ts";
import type { ReportedMember } from "../../contract/fleet-member.ts";
import { witnessProcess } from "../../cell/process-witness.ts";
import { reportedMember, stoppedMember } from "../../fleet/rules/member-sentence.ts";
import { activeHold } from "../../fleet/rules/records.ts";
import type { HomeFacts } from "../../fleet/rules/revival.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readClocks } from "./attempt-history.ts";
import { isRoundLate, readDaemonStatus } from "./daemon-status.ts";
import {
  type FleetFile,
  type FleetFileHead,
  readFleetFile,
  readFleetFileHead,
} from "./fleet-file.ts";
import { elapsedSeconds } from "./rules/elapsed.ts";

/**
 * What a daemon that starts now knows about missions: what the last one knew, and none confirmed, as it
 * revives nothing before etcd has answered it. Undefined where the last daemon was not in a fleet.
 */
export function factsInFile(
  state: StorePaths,
  clock: Clock,
): ((id: string) => HomeFacts) | undefined {
  const file = readFleetFile(state);
  if (file === undefined) return undefined;
  const known = file === "unreadable" ? UNKNOWN : file;
  return (id) => ({
    name: known.name,
    hold: activeHold(known.hold, clock.now()),
    orders: known.missions[id]?.orders,
    home: known.missions[id]?.home,
    isConfirmed: false,
    confirmedSeconds: Number.POSITIVE_INFINITY,
    aloneSeconds: known.alone_seconds,
    failure: known.failure,
  });
}

const secondsSinceConfirmed = ({ confirmed }: FleetFileHead, clock: Clock): number =>
  confirmed === null ? Number.POSITIVE_INFINITY : elapsedSeconds(confirmed, readClocks(clock));

/**
 * The host's part in the fleet as of now; undefined where none is known, or the daemon was stopped.
 * Whether it runs is told by its lock (`isRunning`), or else by its process and its own account.
 */
export function memberInFile(
  state: StorePaths,
  clock: Clock,
  isRunning?: boolean,
): ReportedMember | undefined {
  const file = readFleetFileHead(state);
  if (file === undefined || file.stopped === true) return undefined;
  const { name, fault, alone_seconds: aloneSeconds } = file;
  const why = isRunning === undefined ? whyStopped(state, file, clock.now()) : byLock(isRunning);
  if (why !== undefined) return stoppedMember(name, why);
  const hold = activeHold(file.hold, clock.now());
  const confirmedSeconds = secondsSinceConfirmed(file, clock);
  const confirmedAt = file.confirmed?.at;
  return reportedMember({ name, hold, fault, aloneSeconds, confirmedSeconds, confirmedAt });
}

/** The call that starts the next daemon: without --fleet it may revive missions of other hosts. */
export const startCall = (state: StorePaths): string =>
  readFleetFileHead(state) === undefined ? "supervise" : "supervise --fleet";

const byLock = (isRunning: boolean): string | undefined =>
  isRunning ? undefined : "supervise does not run here";

/** Why the daemon is taken for stopped; undefined if it is not. */
function whyStopped(state: StorePaths, file: FleetFileHead, now: Date): string | undefined {
  const seen = witnessProcess(file)?.seen;
  if (seen === "gone" || seen === "other-boot")
    return `its supervise, process ${file.process?.pid}, has ended`;
  const status = valueOf(readDaemonStatus(state));
  return status !== undefined && isRoundLate(status, now)
    ? `supervise does not run here, or hangs: its last round ended at ${status.at}`
    : undefined;
}

const UNKNOWN: FleetFile = {
  schema_version: 1,
  name: "",
  alone_seconds: 0,
  confirmed: null,
  missions: {},
};
