/**
 * Reads and writes the marker files of stores.
 *
 * @module
 */
import { describeFlaw } from "../../verdict/problems.ts";
import { quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Reading } from "../../contract/facts.ts";
import { MARKER_FILE, StoreMarker } from "../../contract/store-marker.ts";
import { withDirectory } from "./directory.ts";
import { describeErrno, errnoOf, systemFailure } from "../errno.ts";
import { addFile } from "./atomic-file.ts";
import { readContract } from "./read-json.ts";

/** The marker of the directory at `path`; `absent` also without such a directory. */
export function readMarker(path: string): Reading<StoreMarker> {
  try {
    return withDirectory(path, readMarkerIn);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return { outcome: "absent" };
    return { outcome: "unreadable", why: describeErrno(error) };
  }
}

/** The marker in the open directory `dir`. */
export const readMarkerIn = (dir: number): Reading<StoreMarker> =>
  readContract(dir, MARKER_FILE, StoreMarker);

/** Creates a marker for a store that is created `now`. */
export const newMarker = (root: string, now: Date): StoreMarker => ({
  schema_version: 1,
  store_id: crypto.randomUUID(),
  made_at: now.toISOString(),
  root,
});

/**
 * Writes a marker into the directory at `path`, durably, unless it has one. Returns the marker in
 * place: the first of several processes wins.
 *
 * @throws {OperatorError} if the marker cannot be written, or the one in place cannot be read.
 */
export function markDirectory(path: string, marker: StoreMarker): StoreMarker {
  const doing = `Cannot create ${quoted(`${path}/${MARKER_FILE}`)}`;
  try {
    const found = withDirectory(path, (dir) => {
      addFile(dir, MARKER_FILE, `${JSON.stringify(marker)}\n`, FILE_MODE);
      return readMarkerIn(dir);
    });
    if (found.outcome === "read") return found.value;
    const why = `the existing one ${describeFlaw(found)}`;
    throw new OperatorError("io_error", `${doing}: ${why}`, `check ${path}/${MARKER_FILE}`);
  } catch (error) {
    throw error instanceof OperatorError ? error : systemFailure(error, doing, "cannot_create");
  }
}
