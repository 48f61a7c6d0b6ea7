/**
 * Holds a program back until its process is recorded.
 *
 * A process has an identity only after it started, and this process may be killed before it has
 * recorded that. So a shell starts first, waits for a line on its stdin, and then executes the
 * program with the same pid and start time. If this process dies first, the shell reads end of
 * file and exits.
 *
 * @module
 */
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { processIdentity } from "../host.ts";
import { killGroup } from "../send-signal.ts";

/** Precedes the program's own arguments; its stdin must be a pipe from this process. */
export const HELD_START = [
  "/bin/sh",
  "-c",
  'read -r _ && exec "$@" </dev/null',
  "lazarus-pit-held",
] as const;

/**
 * Records the process of a held program, then lets the program run.
 *
 * @throws the error of `remember`, or EPIPE if the shell was killed; the program never runs then.
 */
export function recordAndRun(
  child: Bun.Subprocess<"pipe">,
  remember: (program: ProcessIdentity) => void,
): void {
  try {
    remember(processIdentity(child.pid));
    void child.stdin.write("\n");
    void child.stdin.end();
  } catch (error) {
    killGroup(child.pid);
    throw error;
  }
}
