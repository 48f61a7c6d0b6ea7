/**
 * Histories that a simulated host replays in thousands of hours are replayed by real processes under
 * a real `supervise`, from the same files, a minute in a second.
 */
import { describe, test } from "bun:test";
import { join } from "node:path";
import type { History } from "../histories/history.ts";
import { replayForReal } from "../histories/replay-for-real.ts";
import { stopDaemons } from "../tools/supervised.ts";

stopDaemons();

/** The histories that can be replayed on a real host; the longest first. */
const NAMES = [
  "silent-but-running",
  "ends-while-it-is-counted",
  "daemon-away-at-a-silence",
  "in-a-container",
  "of-another-host",
  "mass-silence",
  "idle-session-dies",
  "daemon-away-at-a-crash",
  "snoozed",
  "quarantined",
  "hold",
  "resumed-after-a-kill",
  "paused-and-killed",
  "failed",
  "finished-is-no-failure",
  "ended-well-and-nobody-said-so",
  "stopped-by-its-operator",
  "says-goodbye",
  "adopted-but-alive",
  "never-started",
  "byte-order-mark",
  "half-written",
  "deep-json",
  "nul-bytes",
  "root-emptied",
  "stuck-without-a-stop",
  "worktree-lost",
  "all-killed",
  "stuck-and-restarted",
  "dies-while-it-waits",
  "clone-lost",
  "process-gone",
  "crashed-with-139",
  "killed-by-the-kernel",
] as const;

/** How many are replayed at the same time: each mostly waits. */
const AT_ONCE = 8;

const waiting: (() => void)[] = [];
let running = 0;

/** Waits for one of the `AT_ONCE` places. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  if (running === AT_ONCE) await new Promise<void>((start) => waiting.push(start));
  else running += 1;
  try {
    await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

const CASES = join(import.meta.dir, "../histories/cases");
const histories = await Promise.all(
  NAMES.map(async (name) => {
    const module = (await import(join(CASES, `${name}.ts`))) as { readonly default: History };
    return { name, history: module.default };
  }),
);

describe("with the real programs", () => {
  test.concurrent.each(histories)("$name: $history.about", ({ history }) =>
    inTurn(() => replayForReal(history)),
  );
});
