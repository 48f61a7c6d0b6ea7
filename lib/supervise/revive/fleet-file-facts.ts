/**
 * What `fleet.json` says as of now.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { valueOf } from "../../contract/facts.ts";
import type { ReportedMember } from "../../contract/fleet-member.ts";
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

/** What the file says about missions, as of now; undefined where the daemon is not in a fleet. */
export function factsInFile(
  state: StorePaths,
  clock: Clock,
): ((id: string) => HomeFacts) | undefined {
  const file = readFleetFile(state);
  if (file === undefined) return undefined;
  const known = file === "unreadable" ? UNKNOWN : file;
  const confirmedSeconds = secondsSinceConfirmed(known, clock);
  return (id) => ({
    name: known.name,
    hold: activeHold(known.hold, clock.now()),
    orders: known.missions[id]?.orders,
    home: known.missions[id]?.home,
    isConfirmed: known.missions[id]?.is_confirmed === true,
    confirmedSeconds,
    aloneSeconds: known.alone_seconds,
    failure: known.failure,
  });
}

const secondsSinceConfirmed = ({ confirmed }: FleetFileHead, clock: Clock): number =>
  confirmed === null ? Number.POSITIVE_INFINITY : elapsedSeconds(confirmed, readClocks(clock));

/**
 * The host's part in the fleet as of now; undefined where none is known. Whether the daemon runs is
 * told by its lock (`isRunning`), or else by its own account.
 */
export function memberInFile(
  state: StorePaths,
  clock: Clock,
  isRunning?: boolean,
): ReportedMember | undefined {
  const file = readFleetFileHead(state);
  if (file === undefined) return undefined;
  const { name, fault, alone_seconds: aloneSeconds } = file;
  const why = whyStopped(state, clock.now(), isRunning);
  if (why !== undefined) return stoppedMember(name, why);
  const hold = activeHold(file.hold, clock.now());
  const confirmedSeconds = secondsSinceConfirmed(file, clock);
  const confirmedAt = file.confirmed?.at;
  return reportedMember({ name, hold, fault, aloneSeconds, confirmedSeconds, confirmedAt });
}

/** Why the daemon is taken for stopped; undefined if it is not. */
function whyStopped(state: StorePaths, now: Date, isRunning?: boolean): string | undefined {
  if (isRunning === true) return undefined;
  if (isRunning === false) return "supervise does not run here";
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
