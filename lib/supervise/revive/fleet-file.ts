/**
 * `fleet.json`: what the daemon knows from etcd about its missions, for `supervise --plan`, `status` and
 * the page. The daemon itself never reads it: an earlier process may have known what is wrong by now.
 *
 * @module
 */
import { lstatSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { Timestamp } from "../../base/time.ts";
import { MemberFault } from "../../contract/fleet-member.ts";
import { FleetHostName } from "../../contract/fleet-settings.ts";
import { parseContract } from "../../contract/parse.ts";
import { ProcessIdentity } from "../../contract/process-identity.ts";
import { FleetHold, MissionOrders } from "../../fleet/rules/records.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { readStart } from "../../host/files/read-start.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { trustCheckIn } from "../../host/files/trust.ts";
import { writeState } from "../store/store.ts";

const Unreadable = v.literal("unreadable");
/** All but the missions: enough for the host's sentence. */
const FleetFileHead = v.object({
  schema_version: v.literal(1),
  name: FleetHostName,
  alone_seconds: v.number(),
  /** When etcd last confirmed the homes; null if it never has. */
  confirmed: v.nullable(
    v.object({ at: Timestamp, boot_id: v.string(), uptime_seconds: v.number() }),
  ),
  /** Why the last attempt to publish failed. */
  failure: v.optional(v.string()),
  fault: v.optional(MemberFault),
  hold: v.optional(v.union([FleetHold, Unreadable])),
  /** The daemon that wrote the file, and its host; older files lack them. */
  process: v.optional(ProcessIdentity),
  host: v.optional(v.string()),
  /** That daemon was stopped: its host is in the fleet again when the next one starts. */
  stopped: v.optional(v.boolean()),
});
const FleetFile = v.object({
  ...FleetFileHead.entries,
  /** The missions that are not healthy. */
  missions: v.record(
    v.string(),
    v.object({
      home: v.optional(v.string()),
      orders: v.optional(v.union([MissionOrders, Unreadable])),
    }),
  ),
});
export type FleetFileHead = v.InferOutput<typeof FleetFileHead>;
export type FleetFile = v.InferOutput<typeof FleetFile>;

/** Fifty thousand missions need a quarter of it. */
const FILE_BYTES = 16 * 1024 * 1024;
const HEAD_BYTES = 65_536;

const FILE_NAME = "fleet.json";
const pathOf = ({ storeDir }: StorePaths): string => join(storeDir, FILE_NAME);

/**
 * Replaces the file.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export const writeFleetFile = (state: StorePaths, file: FleetFile): void =>
  writeState(pathOf(state), textOf(file));

/** The missions are on a line of their own, so that a reader of the rest need not parse them. */
const textOf = ({ missions, ...head }: FleetFile): string =>
  `${JSON.stringify(head).slice(0, -1)},\n"missions":${JSON.stringify(missions)}}\n`;

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

/** The file; undefined without one, `unreadable` if it is damaged, too long, or not to be trusted. */
export function readFleetFile(state: StorePaths): FleetFile | "unreadable" | undefined {
  const text = readFileStart(state, FILE_BYTES);
  if (text === undefined) return isAbsent(pathOf(state)) ? undefined : "unreadable";
  const file = parseContract(text, FleetFile);
  return file.outcome === "read" ? file.value : "unreadable";
}

/** All but the missions; undefined without a file that can be read and trusted. */
export function readFleetFileHead(state: StorePaths): FleetFileHead | undefined {
  const [line = ""] = readFileStart(state, HEAD_BYTES)?.split("\n", 1) ?? [];
  const head = parseContract(line.replace(/,$/, "}"), FleetFileHead);
  return head.outcome === "read" ? head.value : undefined;
}

/** The first bytes of the file; undefined after any failure. */
function readFileStart({ storeDir }: StorePaths, length: number): string | undefined {
  try {
    return withDirectory(storeDir, (dir) => readStart(dir, FILE_NAME, length, trustCheckIn(dir)));
  } catch {
    return undefined;
  }
}

function isAbsent(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return errnoOf(error) === "ENOENT";
  }
}
