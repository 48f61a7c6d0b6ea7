/**
 * Setting up the bridge from the settings.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import type { Settings } from "../../contract/settings.ts";
import type { Root } from "../../host/files/directory.ts";
import { type StorePaths, storePathsOf } from "../../host/files/state-dir.ts";
import { CLONE_LIMITS, type CreationOptions } from "./proposed-cell.ts";
import { existingSigningKey, ensureSigningKey } from "../tracker/signing-key.ts";
import { openRecords, type ReportNew } from "./open-records.ts";
import type { Bridge, PassLimits } from "./inspect-issue.ts";
import { openTracker } from "../tracker/tracker.ts";
import { openTrackerAccess, requiredSetting } from "./tracker-access.ts";
import { NO_LOCK, createPassLock } from "./pass-lock.ts";

/** The time limit of a pass, clones included: after it, no call of the tracker starts. */
const PASS_TIMEOUT_MS = 1_200_000;

/** The default limits of a pass. Passes start every minute, so several may run while one clones. */
export const PASS_LIMITS: PassLimits = {
  firstCloneMs: 120_000,
  retryCloneMs: CLONE_LIMITS.ms,
  allClonesMs: 900_000,
  bytes: CLONE_LIMITS.bytes,
  entries: CLONE_LIMITS.entries,
  startWaitMs: 2000,
  reacquireWaitMs: 60_000,
};

export interface BridgeOptions {
  /** Allows to send the token over plain http. */
  readonly isInsecure: boolean;
  readonly reportNew: ReportNew;
}

/**
 * Connects the tracker of the settings with a root.
 *
 * @throws {OperatorError} of kind `config` when a setting or the token is missing, or the token
 *   would be sent unencrypted; of kind `io_error` when the records of issues are lost.
 */
export function openBridge(
  settings: Settings,
  root: Root,
  creation: CreationOptions,
  { isInsecure, reportNew }: BridgeOptions,
): Bridge {
  const allow = requiredSetting(settings, "gitea_allow");
  const { access, repository } = openTrackerAccess(settings, isInsecure);
  const { token } = access;
  const until = performance.now() + PASS_TIMEOUT_MS;
  // Before anything is created: what is missing may have been lost.
  const state = openRecords(storePathsOf(settings), root, creation, reportNew);
  const [key = token] = creation.dryRun ? existingSigningKey(state) : [ensureSigningKey(state)];
  return {
    tracker: openTracker({ ...access, until }, repository),
    // Older comments are signed with the token.
    keys: [key, token],
    allow,
    ignore: settings.gitea_ignore_accounts,
    root,
    state,
    ...createLocks(root, state, creation),
    creation,
    limits: PASS_LIMITS,
  };
}

/** A dry run changes nothing, so it needs no lock. */
function createLocks(
  { path }: Root,
  state: StorePaths,
  { dryRun }: CreationOptions,
): Pick<Bridge, "passLock" | "cloneLock"> {
  if (dryRun) return { passLock: NO_LOCK, cloneLock: NO_LOCK };
  const busy = `Cannot accept proposals for ${quoted(path)}: another pass is running`;
  return {
    passLock: createPassLock(state, "proposals.lock", busy),
    cloneLock: createPassLock(state, "proposals-cloning.lock", busy),
  };
}
