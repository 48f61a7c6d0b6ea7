/**
 * Checks that a store is complete and has not been replaced.
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { describeFlaw } from "../../verdict/problems.ts";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Reading } from "../../contract/facts.ts";
import type { StoreMarker } from "../../contract/store-marker.ts";
import { readMarker } from "../../host/files/store-marker.ts";
import { describeErrno, errnoOf } from "../../host/errno.ts";

const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;

/**
 * Checks that the directory of a store and its `parts` have the marker of one store, the one with
 * `id` if that is given, and that memory.json is readable or absent. Returns the store's id.
 *
 * @throws {OperatorError} when any of that does not hold.
 */
export function checkParts(
  storeDir: string,
  parts: readonly string[],
  id: string | undefined,
): string {
  let storeId = id;
  for (const part of ["", ...parts]) {
    const marker = readMarker(join(storeDir, part));
    if (marker.outcome === "read") storeId ??= marker.value.store_id;
    const flaw = markerFlaw(marker, storeId);
    if (flaw !== undefined) throw damaged(storeDir, part === "" ? flaw : `${part}: ${flaw}`);
  }
  checkReadable(storeDir, "memory.json");
  return storeId ?? "";
}

function markerFlaw(marker: Reading<StoreMarker>, id: string | undefined): string | undefined {
  if (marker.outcome === "absent") return "it is gone, or an empty directory is in its place";
  if (marker.outcome !== "read") return `its marker ${describeFlaw(marker)}`;
  return marker.value.store_id === id ? undefined : "another store is in its place";
}

function checkReadable(storeDir: string, name: string): void {
  try {
    closeSync(openSync(join(storeDir, name), O_RDONLY | O_NONBLOCK | O_NOCTTY));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    if (errnoOf(error) !== "ENOENT") throw damaged(storeDir, `${name}: ${describeErrno(error)}`);
  }
}

const damaged = (storeDir: string, why: string): OperatorError =>
  new OperatorError(
    "io_error",
    `Cannot read orders and attempts in the store ${quoted(storeDir)}: ${why}`,
    "restore it: nothing is revived until then; or move the rest of it away and restart supervise, which then starts without orders",
  );
