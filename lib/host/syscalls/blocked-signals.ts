/**
 * Blocks signals of this thread while it starts a process.
 *
 * Bun starts a process by vfork(2): until the new process executes its program, this one waits, and
 * nothing can interrupt that. If a terminal's Ctrl-Z stops the new process within that time, the
 * shell does not see this one stop, so no `fg` continues either.
 *
 * @module
 */
import { loadFunctions } from "./ffi.ts";

const [SIG_BLOCK, SIG_SETMASK] = [0, 2];
/** A `sigset_t` of the C library. */
const SET_BYTES = 128;
const BITS = 8;

/**
 * Runs `start` while `signals`, by number, are blocked. A process that it starts blocks them as well,
 * from its first instruction. Where there is no C library to call, it only runs `start`.
 */
export function withSignalsBlocked<Result>(
  signals: readonly number[],
  start: () => Result,
): Result {
  const libc = loadFunctions({
    sigprocmask: { args: ["i32", "buffer", "buffer"], returns: "i32" },
  });
  const before = new Uint8Array(SET_BYTES);
  if (libc?.sigprocmask(SIG_BLOCK, setOf(signals), before) !== 0) return start();
  try {
    return start();
  } finally {
    libc.sigprocmask(SIG_SETMASK, before, new Uint8Array(SET_BYTES));
  }
}

function setOf(signals: readonly number[]): Uint8Array {
  const set = new Uint8Array(SET_BYTES);
  for (const signal of signals) {
    const at = Math.floor((signal - 1) / BITS);
    set[at] = (set[at] ?? 0) | (1 << ((signal - 1) % BITS));
  }
  return set;
}
