/**
 * Which system calls read cells: chosen once, at the first use.
 *
 * | plan      | calls                                                                     |
 * | --------- | ------------------------------------------------------------------------- |
 * | `openat2` | openat2(2), which the kernel itself keeps below a directory                |
 * | `openat`  | a chain of openat(2), one for each directory                              |
 * | `proc`    | the same chain by node:fs and `/proc/self/fd`: slower, and works everywhere |
 *
 * @module
 */
import { hasOpenat2, type Libc, loadLibc } from "./libc.ts";

export const SYSCALL_PLANS = ["openat2", "openat", "proc"] as const;

/** A plan, with the calls that it uses. */
export type Syscalls =
  | { readonly plan: "openat2" | "openat"; readonly libc: Libc }
  | { readonly plan: "proc"; readonly libc?: undefined };

/** For tests: the best plan that may be chosen. */
const TEST_VARIABLE = "LAZARUS_PIT_TEST_SYSCALLS";

let chosen: Syscalls | undefined;

/** The system calls of this process. */
export const syscalls = (): Syscalls => (chosen ??= chooseSyscalls(process.env[TEST_VARIABLE]));

/** Chooses the best plan that works here, but none better than `best`. */
export function chooseSyscalls(best = "openat2"): Syscalls {
  const libc = best === "proc" ? undefined : loadLibc();
  if (libc === undefined) return { plan: "proc" };
  return { plan: best === "openat2" && hasOpenat2(libc) ? "openat2" : "openat", libc };
}

/** The plan of this process, and why it is this one, in a few words. */
export function explainPlan(): { readonly plan: Syscalls["plan"]; readonly why: string } {
  const { plan } = syscalls();
  return { plan, why: process.env[TEST_VARIABLE] === plan ? TEST_VARIABLE : REASONS[plan] };
}

const REASONS: Readonly<Record<Syscalls["plan"], string>> = {
  openat2: "the kernel has it",
  openat: "openat2 is missing or blocked here",
  proc: "native calls are impossible here",
};
