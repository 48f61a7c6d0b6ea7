/**
 * `accepted-root.json`: an operator's confirmation that the directory at the root's path is the
 * right one.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { valueOf } from "../../contract/facts.ts";
import { Timestamp } from "../../base/time.ts";
import { openRoot, type Root } from "../../host/files/directory.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readState, writeState } from "../store/store.ts";
import type { RootAcceptance } from "./rules/root-watch.ts";

const AcceptedRoot = v.object({
  schema_version: v.literal(1),
  at: Timestamp,
  identity: v.string(),
});

const pathOf = ({ storeDir }: StorePaths): string => join(storeDir, "accepted-root.json");

/** The last acceptance; undefined without one, and if it cannot be read. */
export const acceptedRoot = (state: StorePaths): RootAcceptance | undefined =>
  valueOf(readState(pathOf(state), AcceptedRoot));

/**
 * Accepts the directory that is the root now.
 *
 * @throws {OperatorError} when there is no such root, or the state directory cannot be written.
 */
export function acceptRoot(state: StorePaths, path: string, now: Date): void {
  const root = openRoot(path);
  try {
    const accepted = { schema_version: 1, at: now.toISOString(), identity: identityOf(root) };
    writeState(pathOf(state), `${JSON.stringify(accepted)}\n`);
  } finally {
    root.close();
  }
}

/** Identifies a directory: it changes when something is mounted or unmounted there. */
export function identityOf({ fd }: Root): string {
  const { dev, ino } = fstatSync(fd);
  return `${dev}:${ino}`;
}
