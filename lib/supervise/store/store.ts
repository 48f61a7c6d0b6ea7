/**
 * The store: one root's state in the state directory, outside of all cells.
 *
 *     <state dir>/roots/<name of the root>/
 *       store.json               the marker that identifies the store; also in orders/ and attempts/
 *       report.json              the last report
 *       gone.json                how long cells that have orders or attempts have been gone
 *       memory.json              the confirmed statuses, so that a restart repeats no event
 *       accepted-root.json       an operator's confirmation that a new root is the right one
 *       events.ndjson            the event log; older events are in events.ndjson.1, .2, …
 *       outbox/<route>/          the notifications that a receiver has not taken yet
 *       HOLD                     while this file exists, nothing is revived
 *       orders/<id>.json         an operator's orders for one cell
 *       attempts/<id>/           a claim for each attempt, its process while it runs, and its outcome
 *
 * `<state dir>/HOLD` holds all roots.
 *
 * An absent file means that there is no order or no attempt. An absent directory may be unmounted,
 * renamed or removed, so its contents are unknown.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import type * as v from "valibot";
import { quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import { type Reading, valueOf } from "../../contract/facts.ts";
import { readContract } from "../../host/files/read-json.ts";
import { markDirectory, newMarker, readMarker } from "../../host/files/store-marker.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { pathExists } from "../../host/files/path-exists.ts";
import { replaceFile } from "../../host/files/atomic-file.ts";
import { createDirectories, createDirectory, type StorePaths } from "../../host/files/state-dir.ts";
import { checkParts } from "./store-parts.ts";

/** An open store. */
export interface Store extends StorePaths {
  /**
   * Makes sure that the store is complete, and the one that was opened.
   *
   * @throws {OperatorError} when a part of it is absent, unreadable, or of another store.
   */
  check(): void;
}

/**
 * True when the directories of a store exist; `Store.check` tells whether they are intact.
 *
 * @throws {OperatorError} when this user may not look, so that it is unknown.
 */
export const hasStore = (state: StorePaths): boolean =>
  PARTS.every((part) => pathExists(join(state.storeDir, part), readingStore(state)));

/**
 * True when the directory of a store exists.
 *
 * @throws {OperatorError} when this user may not look.
 */
export const hasStoreDirectory = (state: StorePaths): boolean =>
  pathExists(state.storeDir, readingStore(state));

const readingStore = ({ storeDir }: StorePaths): string =>
  `Cannot read the store ${quoted(storeDir)}`;

const PARTS = ["orders", "attempts"] as const;

/**
 * Opens the store of a root. Where there is none, creates it and calls `onCreated` with a message.
 * An incomplete store is opened as it is, and fails in `check`.
 *
 * @throws {OperatorError} when it cannot be created.
 */
export function openStore(state: StorePaths, now: Date, onCreated: (text: string) => void): Store {
  if (readMarker(state.storeDir).outcome === "absent") createStore(state, now, onCreated);
  let id = valueOf(readMarker(state.storeDir))?.store_id;
  return { ...state, check: () => void (id = checkParts(state.storeDir, PARTS, id)) };
}

function createStore(state: StorePaths, now: Date, onCreated: (text: string) => void): void {
  const isNew = !hasStore(state);
  const [orders, attempts] = PARTS.map((part) => join(state.storeDir, part)) as [string, string];
  createDirectories(state.stateDir);
  for (const path of [dirname(state.storeDir), state.storeDir, orders, attempts])
    createDirectory(path);
  // The store's own marker is written last: it makes the store complete.
  const marker = markDirectory(orders, newMarker(state.root, now));
  markDirectory(attempts, marker);
  markDirectory(state.storeDir, marker);
  if (isNew)
    onCreated(`created a new store at ${quoted(state.storeDir)}, without orders and attempts`);
}

/** Why orders and attempts cannot be read; undefined when the store is complete. */
export function storeFlaw(state: StorePaths): string | undefined {
  try {
    if (!hasStoreDirectory(state))
      return `there is no store at ${quoted(state.storeDir)}: supervise creates it when it starts`;
    checkParts(state.storeDir, PARTS, undefined);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
}

/** Reads a small JSON file of the store; `unreadable`, not `absent`, when its directory is gone. */
export function readState<S extends v.GenericSchema>(
  path: string,
  schema: S,
): Reading<v.InferOutput<S>> {
  try {
    return withDirectory(dirname(path), (dir) => readContract(dir, basename(path), schema));
  } catch (error) {
    return { outcome: "unreadable", why: errnoOf(error) ?? String(error) };
  }
}

/**
 * Replaces a file of the store, durably.
 *
 * @throws {OperatorError} when it cannot be written; the old file is then unchanged.
 */
export function writeState(path: string, text: string): void {
  try {
    withDirectory(dirname(path), (dir) => replaceFile(dir, basename(path), text, FILE_MODE));
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(path)}`, "io_error");
  }
}
