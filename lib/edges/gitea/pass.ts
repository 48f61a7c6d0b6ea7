/**
 * One pass over the issues of a tracker. Of one root, only one is at work at a time.
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { hasLabel } from "../../rules/acceptance.ts";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { FILE_MODE } from "../../schemas/cell.ts";
import { LABELS, type ListedIssue } from "../../schemas/gitea.ts";
import { systemFailure } from "../host/errno.ts";
import { tryLock } from "../host/flock.ts";
import { asOwnerOf } from "../host/become.ts";
import { makeDirectory, type StateFolder } from "../host/state-folder.ts";
import { type Bridge, settle } from "./accept.ts";
import { tellEnd } from "./back.ts";
import { missionsOver } from "./missions.ts";
import { type Result, resultOf } from "./result.ts";

/** How often the lock is tried, and how far apart. */
const TRIES = 40;
const PAUSE_MS = 50;

/** What a pass did, and why it could not do more. */
export interface Passed {
  readonly results: readonly Result[];
  readonly errors: readonly OperatorError[];
}

/**
 * Makes the cells of accepted issues, then tells issues of missions that are over. An issue
 * that fails holds up no other, unless the tracker asks for peace.
 *
 * @throws {OperatorError} when another pass is at work, or the issues cannot be listed.
 */
export const makePass = (bridge: Bridge): Promise<Passed> =>
  withTurn(bridge, async () => {
    const passed = { results: [] as Result[], errors: [] as OperatorError[] };
    const accepted = await bridge.tracker.issues(LABELS.accepted, "open");
    await each(accepted, passed, (issue) => settle(bridge, issue));
    if (passed.errors.some(isPlea)) return passed;
    const listed = await bridge.tracker.issues(LABELS.active, "all");
    const active = listed.filter((issue) => !hasLabel(issue, LABELS.accepted));
    const over = active.length === 0 ? [] : missionsOver(bridge.root);
    await each(active, passed, (issue) => tellEnd(bridge, issue, over));
    return passed;
  });

async function each(
  issues: readonly ListedIssue[],
  { results, errors }: { results: Result[]; errors: OperatorError[] },
  deal: (issue: ListedIssue) => Promise<Result | undefined>,
): Promise<void> {
  for (const issue of issues) {
    try {
      const result = await deal(issue);
      if (result !== undefined) results.push(result);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      errors.push(error);
      results.push(resultOf(issue, "failed", error.message));
      if (isPlea(error)) return;
    }
  }
}

/** The tracker, or whoever interrupted us, wants no more for now. */
const isPlea = ({ fault }: OperatorError): boolean => fault === "try_again";

/** Opens the file that stands for the turn; where it is read only, that is enough. */
function openLock({ top, folder }: StateFolder): number {
  const path = join(folder, "proposals.lock");
  const { O_RDONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    return asOwnerOf(top, () => {
      makeDirectory(folder);
      return openSync(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
    });
  } catch (error) {
    throw systemFailure(error, `Cannot lock ${quoted(path)}`, "cannot_create");
  }
}

/**
 * Waits for its turn on the root, and holds it by a lock, which is let go of when this process
 * ends, however it does. Not on the token: systemd hands each run a copy of its own; not on the
 * root: that lock is supervise's. A dry run does nothing, so it needs no turn.
 */
async function withTurn<T>({ state, root, making }: Bridge, use: () => Promise<T>): Promise<T> {
  if (making.dryRun) return use();
  const fd = openLock(state);
  try {
    for (let tried = 1; !tryLock(fd, "Cannot lock the proposals"); tried++) {
      if (tried === TRIES)
        throw new OperatorError(
          "try_again",
          `Cannot accept proposals for ${quoted(root.path)}: another pass is at work`,
          "run it again in a while",
        );
      await Bun.sleep(PAUSE_MS);
    }
    return await use();
  } finally {
    closeSync(fd);
  }
}
