/**
 * The signals of Linux that concern a wrapped command, by name and number.
 *
 * @module
 */

/** Signals that Bun can catch, and that are forwarded to a command. */
export const FORWARDED_SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGTSTP: 20,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
} as const;

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** The real-time signals that the C library leaves to programs. */
const REAL_TIME = range(34, 64);

/**
 * Signals that are forwarded as well, but that Bun does not let a program catch: SIGABRT, SIGSTKFLT,
 * SIGPWR and the real-time ones.
 */
export const UNCATCHABLE_IN_BUN: readonly number[] = [6, 16, 30, ...REAL_TIME];

/**
 * Signals that a command inherits as ignored: all but SIGKILL and SIGSTOP, those that Bun handles
 * itself, and SIGCHLD, without which it cannot wait for the command.
 */
export const IGNORABLE_SIGNALS: readonly number[] = [
  ...Object.values(FORWARDED_SIGNALS),
  13, // SIGPIPE
  16, // SIGSTKFLT
  21, // SIGTTIN
  22, // SIGTTOU
  25, // SIGXFSZ
  ...REAL_TIME,
];

/** SIGPIPE and SIGXFSZ, which Bun ignores in its own process. */
export const IGNORED_BY_BUN: readonly number[] = [13, 25];

/** The numbers in a mask of signals as `/proc/<pid>/status` shows it, in hexadecimal. */
export function signalsIn(mask: string): number[] {
  const bits = BigInt(`0x${mask}`);
  return range(1, 64).filter((number) => (bits >> BigInt(number - 1)) & 1n);
}
