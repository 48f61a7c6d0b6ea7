/**
 * Ends a command that takes too long.
 *
 * @module
 */
import type { RunningCommand } from "./command.ts";
import { CommandTree, describeSurvivors } from "./command-tree.ts";

/** The first delay between two checks of the processes; it doubles up to the last. */
const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 400;
/** How long processes may take to end after SIGKILL before they are reported. */
const KILLED_MS = 1000;

export interface TimeLimit {
  /** How long the command may run. */
  readonly seconds: number;
  /** How long it may take to end after SIGTERM, before SIGKILL. */
  readonly killAfterSeconds: number;
}

/** The timer of a running command. */
export interface Timeout {
  hasExpired(): boolean;
  /**
   * Call it when the command has ended: ends what is left of its processes. Returns what could not
   * be ended, as a sentence; undefined if nothing is left, or the time was not over.
   */
  finish(): Promise<string | undefined>;
}

/**
 * Ends a command after its time limit, with all its processes. What even SIGKILL does not end, such
 * as a program that has become root, is passed to `report`.
 */
export function startTimeout(
  running: RunningCommand,
  limit: TimeLimit,
  report: (text: string) => void,
): Timeout {
  let ending: Promise<string | undefined> | undefined;
  const end = async () => {
    const why = await endTree(new CommandTree(running), 1000 * limit.killAfterSeconds);
    if (why !== undefined) report(why);
    return why;
  };
  const timer = setTimeout(() => void (ending = end()), 1000 * limit.seconds);
  return {
    hasExpired: () => ending !== undefined,
    finish() {
      clearTimeout(timer);
      return ending ?? Promise.resolve(undefined);
    },
  };
}

/** Sends SIGTERM, and after `killAfterMs` SIGKILL; returns what is left, as a sentence. */
async function endTree(tree: CommandTree, killAfterMs: number): Promise<string | undefined> {
  // A stopped process handles SIGTERM only after it continues.
  tree.signal("SIGTERM", "SIGCONT");
  if (await isGone(tree, killAfterMs)) return unseenText(tree);
  // Before each check: a process may start another one before it ends.
  if (await isGone(tree, KILLED_MS, () => tree.signal("SIGKILL"))) return unseenText(tree);
  const left = describeSurvivors(tree);
  return left && `Cannot end ${left}`;
}

/** Says that processes of the command may be left, if the last look could not see them. */
const unseenText = ({ whyUnlisted }: CommandTree): string | undefined =>
  whyUnlisted && `Cannot tell whether all its processes have ended: ${whyUnlisted}`;

/** Waits until no process of the tree lives, up to `ms`; calls `beforeCheck` before each check. */
async function isGone(tree: CommandTree, ms: number, beforeCheck = () => {}): Promise<boolean> {
  const deadline = performance.now() + ms;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, LAST_POLL_MS)) {
    beforeCheck();
    if (tree.living().length === 0 && !tree.isHidden()) return true;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await Bun.sleep(Math.min(pollMs, left));
  }
}
