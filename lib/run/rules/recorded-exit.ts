/**
 * The end of a command, as its last beat records it.
 *
 * @module
 */
import type { RecordedExit } from "../../contract/heartbeat.ts";

/** The signals by which an operator ends a command, with their numbers on Linux. */
const ENDING_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** How a command ended: its exit code, and the signal if one ended it. */
interface CommandEnd {
  readonly code: number;
  readonly signal: string | undefined;
}

/**
 * The operator's signal by which a command ended; undefined if there is none. A command that handles a
 * signal and then exits with 128+n, as shells and many agents do, ended by it as well.
 */
export const endingSignalOf = ({ code, signal }: CommandEnd): string | undefined =>
  Object.entries(ENDING_SIGNALS).find(([name, number]) =>
    signal === undefined ? code === 128 + number : signal === name,
  )?.[0];

/**
 * The record of an end at `at`. It is `forwarded` if the wrapper had `received` the signal that
 * ended the command and passed it on. After a time limit, which is a failure, leave `received` out.
 */
export function recordedExit(
  end: CommandEnd,
  at: Date,
  received: ReadonlySet<string> = new Set(),
): RecordedExit {
  const { code, signal } = end;
  const isForwarded = received.has(endingSignalOf(end) ?? "");
  return {
    ...(signal === undefined ? { code } : { signal }),
    at: at.toISOString(),
    ...(isForwarded ? { forwarded: true } : {}),
  };
}
