/**
 * `fleet.json`: what the daemon knows from etcd about its missions, for `supervise --plan`, `status` and
 * the page. The daemon itself never reads it: an earlier process may have known what is wrong by now.
 *
 * @module
 */
import { readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { Clock } from "../../base/clock.ts";
import { Timestamp } from "../../base/time.ts";
import { MemberFault, type ReportedMember } from "../../contract/fleet-member.ts";
import { parseContract } from "../../contract/parse.ts";
import { activeHold, FleetHold, MissionOrders } from "../../fleet/rules/records.ts";
import { reportedMember } from "../../fleet/rules/member-sentence.ts";
import type { HomeFacts } from "../../fleet/rules/revival.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { writeState } from "../store/store.ts";
import { readClocks } from "./attempt-history.ts";
import { elapsedSeconds } from "./rules/elapsed.ts";

const Unreadable = v.literal("unreadable");
const FleetFile = v.object({
  schema_version: v.literal(1),
  name: v.string(),
  alone_seconds: v.number(),
  /** When etcd last confirmed the homes; null if it never has. */
  confirmed: v.nullable(
    v.object({ at: Timestamp, boot_id: v.string(), uptime_seconds: v.number() }),
  ),
  /** Why the last attempt to publish failed. */
  failure: v.optional(v.string()),
  fault: v.optional(MemberFault),
  hold: v.optional(v.union([FleetHold, Unreadable])),
  /** The missions that are not healthy. */
  missions: v.record(
    v.string(),
    v.object({
      home: v.optional(v.string()),
      is_confirmed: v.boolean(),
      orders: v.optional(v.union([MissionOrders, Unreadable])),
    }),
  ),
});
export type FleetFile = v.InferOutput<typeof FleetFile>;

const pathOf = ({ storeDir }: StorePaths): string => join(storeDir, "fleet.json");

/**
 * Replaces the file.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export const writeFleetFile = (state: StorePaths, file: FleetFile): void =>
  writeState(pathOf(state), `${JSON.stringify(file)}\n`);

/**
 * Removes the file of an earlier daemon, which was part of a fleet.
 *
 * @throws {OperatorError} when it cannot be removed.
 */
export function removeFleetFile(state: StorePaths): void {
  try {
    unlinkSync(pathOf(state));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT")
      throw systemFailure(error, `Cannot remove "${pathOf(state)}"`, "io_error");
  }
}

/** The file; undefined without one, `unreadable` if it is damaged. */
export function readFleetFile(state: StorePaths): FleetFile | "unreadable" | undefined {
  try {
    const file = parseContract(readFileSync(pathOf(state), "utf8"), FleetFile);
    return file.outcome === "read" ? file.value : "unreadable";
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? undefined : "unreadable";
  }
}

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

const secondsSinceConfirmed = ({ confirmed }: FleetFile, clock: Clock): number =>
  confirmed === null ? Number.POSITIVE_INFINITY : elapsedSeconds(confirmed, readClocks(clock));

/** The host's part in the fleet as of now; undefined where none is known. */
export function memberInFile(state: StorePaths, clock: Clock): ReportedMember | undefined {
  const file = readFleetFile(state);
  if (file === undefined || file === "unreadable") return undefined;
  const { name, fault, alone_seconds: aloneSeconds } = file;
  const hold = activeHold(file.hold, clock.now());
  const confirmedSeconds = secondsSinceConfirmed(file, clock);
  const confirmedAt = file.confirmed?.at;
  return reportedMember({ name, hold, fault, aloneSeconds, confirmedSeconds, confirmedAt });
}

const UNKNOWN: FleetFile = {
  schema_version: 1,
  name: "",
  alone_seconds: 0,
  confirmed: null,
  missions: {},
};
