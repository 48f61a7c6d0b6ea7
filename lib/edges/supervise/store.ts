/**
 * The state directory: what supervise remembers of one root, outside of every cell.
 *
 *     <state dir>/roots/<name of the root>/
 *       report.json              the last report
 *       memory.json              the statuses that count, so that a restart repeats no event
 *       events.ndjson            what happened; older ones in events.ndjson.1 and so on
 *       HOLD                     while it is there, nothing is done
 *       orders/<id>.json         what an operator ordered for one cell
 *       attempts/<id>/           a claim for each attempt, and its outcome
 *
 * `<state dir>/HOLD` holds all roots.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import type * as v from "valibot";
import { quoted } from "../../rules/printable.ts";
import { FILE_MODE } from "../../schemas/cell.ts";
import type { Reading } from "../../schemas/facts.ts";
import { readContract } from "../cell/contract.ts";
import { withDirectory } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { replaceFile } from "../host/replace.ts";
import { makeDirectory, type StateFolder } from "../host/state-folder.ts";

export type Store = StateFolder;

/**
 * Makes the root's folder where it is absent.
 *
 * @throws {OperatorError} when it cannot be made.
 */
export function makeStore(store: Store): void {
  for (const path of ["orders", "attempts"]) makeDirectory(join(store.folder, path));
}

/** Reads a small JSON file of the store. */
export function readState<S extends v.GenericSchema>(
  path: string,
  schema: S,
): Reading<v.InferOutput<S>> {
  try {
    return withDirectory(dirname(path), (dir) => readContract(dir, basename(path), schema));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { outcome: "absent" };
    return { outcome: "unreadable", why: errnoOf(error) ?? String(error) };
  }
}

/**
 * Replaces a file of the store, durably.
 *
 * @throws {OperatorError} when it cannot be written; then the old one is still there.
 */
export function writeState(path: string, text: string): void {
  try {
    withDirectory(dirname(path), (dir) => replaceFile(dir, basename(path), text, FILE_MODE));
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(path)}`, "io_error");
  }
}
