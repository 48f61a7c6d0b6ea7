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
import { mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type * as v from "valibot";
import { quoted } from "../../rules/printable.ts";
import { DIR_MODE, FILE_MODE } from "../../schemas/cell.ts";
import type { Reading } from "../../schemas/facts.ts";
import type { Settings } from "../../schemas/settings.ts";
import { readContract } from "../cell/contract.ts";
import { syncDirectory, withDirectory } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { replaceFile } from "../host/replace.ts";

/** Where one root's state is. */
export interface Store {
  /** The state directory, and the root's folder in it. */
  readonly top: string;
  readonly folder: string;
}

/** The longest name that is spelled out; no file system takes more than 255 bytes. */
const LONGEST = 200;

/** Where the state of the settings' root is kept; makes nothing. */
export function storeOf({ root, state_dir }: Pick<Settings, "root" | "state_dir">): Store {
  const top = resolve(state_dir);
  return { top, folder: join(top, "roots", nameOf(realPathOf(root))) };
}

/** A name that can be read, such as `%2Fvar%2Fmissions`; a digest where that would be too long. */
function nameOf(path: string): string {
  const name = encodeURIComponent(path);
  return name.length <= LONGEST ? name : new Bun.CryptoHasher("sha256").update(path).digest("hex");
}

/** The root's path without links, so that two spellings of one root are one; as it is while it is away. */
function realPathOf(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return resolve(root);
  }
}

/**
 * Makes the root's folder where it is absent.
 *
 * @throws {OperatorError} when it cannot be made.
 */
export function makeStore(store: Store): void {
  for (const path of ["orders", "attempts"]) makeDirectory(join(store.folder, path));
}

/** Makes a directory of the store, and those that lead to it, durably. */
export function makeDirectory(path: string): void {
  try {
    const first = mkdirSync(path, { recursive: true, mode: DIR_MODE });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made))
      withDirectory(dirname(made), syncDirectory);
  } catch (error) {
    throw systemFailure(error, `Cannot make ${quoted(path)}`, "cannot_create");
  }
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
