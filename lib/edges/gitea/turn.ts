/**
 * Turns on a root: what passes do to one is done by one at a time.
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { FILE_MODE } from "../../schemas/cell.ts";
import { asOwnerOf } from "../host/become.ts";
import { systemFailure } from "../host/errno.ts";
import { tryLock } from "../host/flock.ts";
import { makeDirectory, type StateFolder } from "../host/state-folder.ts";

/** How far apart a lock is tried. */
const PAUSE_MS = 50;

/**
 * A turn, held by a lock, which is let go of when this process ends, however it does. Not on the
 * token: systemd hands each run a copy of its own; not on the root: that lock is supervise's.
 */
export interface Turn {
  /**
   * Waits for the turn, unless it is held already.
   *
   * @throws {OperatorError} when another process keeps it for longer than `ms`.
   */
  hold(ms: number): Promise<void>;
  /** True when it is held, or could be had at once. */
  take(): boolean;
  release(): void;
}

/** The turn that goes with the file `name` in a root's folder. */
export function turnOf(state: StateFolder, name: string, busy: string): Turn {
  let held: number | undefined;
  const take = () => {
    if (held !== undefined) return true;
    const fd = openLock(state, name);
    if (tryLock(fd, "Cannot lock the proposals")) held = fd;
    else closeSync(fd);
    return held !== undefined;
  };
  return {
    take,
    async hold(ms) {
      for (const start = performance.now(); !take(); await Bun.sleep(PAUSE_MS))
        if (performance.now() - start >= ms)
          throw new OperatorError("try_again", busy, "run it again in a while");
    },
    release() {
      if (held !== undefined) closeSync(held);
      held = undefined;
    },
  };
}

/** A turn on nothing, for who does nothing. */
export const NO_TURN: Turn = { hold: async () => {}, take: () => true, release: () => {} };

/** Opens the file that stands for the turn; where it is read only, that is enough. */
function openLock({ top, folder }: StateFolder, name: string): number {
  const path = join(folder, name);
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
