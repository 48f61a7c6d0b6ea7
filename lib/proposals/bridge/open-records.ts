/**
 * Opening the records of issues at the start of a pass.
 *
 * If there are none, this is either the first pass on this root, or the records are lost: their
 * state directory was unmounted, renamed or removed. Then a pass would not recognize its own
 * cells and comments, and would create them again.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { shellWord } from "../../base/shell-word.ts";
import { describeFlaw } from "../../verdict/problems.ts";
import { OperatorError } from "../../base/errors.ts";
import { MARKER_FILE } from "../../contract/store-marker.ts";
import { markDirectory, newMarker, readMarker } from "../../host/files/store-marker.ts";
import { asOwnerOf } from "../../host/programs/privileges.ts";
import type { Root } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { createDirectories, type StorePaths } from "../../host/files/state-dir.ts";
import type { CreationOptions } from "./proposed-cell.ts";
import { hasSigningKey } from "../tracker/signing-key.ts";
import { findMissionFromAnyIssue } from "./issue-missions.ts";
import { recordsPath, type RecordsPaths } from "./records.ts";

/** Called with a message when new records are created. */
export type ReportNew = (text: string) => void;

/**
 * Opens the records of a root, or creates new ones, which is reported. A dry run creates nothing.
 *
 * @throws {OperatorError} when the records are lost, or cannot be read or created.
 */
export function openRecords(
  state: StorePaths,
  root: Root,
  { dryRun, now }: CreationOptions,
  reportNew: ReportNew,
): RecordsPaths {
  const path = recordsPath(state);
  const found = readMarker(path);
  if (found.outcome !== "absent" && found.outcome !== "read")
    throw recordsLost(
      root,
      `${quoted(join(path, MARKER_FILE))} ${describeFlaw(found)}`,
      `check ${path}`,
    );
  checkKey(state, root);
  if (found.outcome === "read") return { ...state, recordsId: found.value.store_id };
  const isNew = !existsSync(path);
  if (isNew) checkNoMissions(state, root);
  if (dryRun) return { ...state, recordsId: undefined };
  return { ...state, recordsId: createRecords(state, now, isNew ? reportNew : () => {}) };
}

function createRecords(state: StorePaths, now: Date, reportNew: ReportNew): string {
  const path = recordsPath(state);
  const marker = asOwnerOf(state.stateDir, () => {
    createDirectories(path);
    return markDirectory(path, newMarker(state.root, now));
  });
  reportNew(`created ${quoted(path)}: no issue has been processed there`);
  return marker.store_id;
}

/** Without the key our own comments would not be recognized, and would be posted again. */
function checkKey(state: StorePaths, root: Root): void {
  if (hasSigningKey(state) || !hasRecords(recordsPath(state))) return;
  throw recordsLost(
    root,
    `there are records in ${quoted(recordsPath(state))}, but their key is missing`,
    `restore proposals.key in ${state.stateDir} from a backup`,
  );
}

function hasRecords(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return readdirSync(path).some((name) => name !== MARKER_FILE && name.endsWith(".json"));
  } catch (error) {
    throw systemFailure(error, `Cannot read the records in ${quoted(path)}`, "io_error");
  }
}

/** If a mission names an issue as its source, there must have been records. */
function checkNoMissions(state: StorePaths, root: Root): void {
  const id = findMissionFromAnyIssue(root);
  if (id === undefined) return;
  const path = recordsPath(state);
  throw recordsLost(
    root,
    `mission ${id} names an issue as its source, but ${quoted(path)} is missing`,
    `restore the state directory; or, if there was no pass before, confirm that as the owner of ${state.stateDir} with: mkdir -p ${shellWord(path)}`,
  );
}

const recordsLost = (root: Root, why: string, hint: string): OperatorError =>
  new OperatorError(
    "io_error",
    `Missing records of proposals for ${quoted(root.path)}: ${why}`,
    hint,
  );
