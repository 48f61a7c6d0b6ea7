/**
 * Hearing the signals that would end us, while there is something to clean up first.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Heard {
  /** Whom each is passed to; heard in the event loop only, so nothing is missed before that is set. */
  send: (signal: NodeJS.Signals) => void;
  last: NodeJS.Signals | undefined;
  end(): void;
}

/** Hears them from now on, until it is ended. */
export function hearSignals(): Heard {
  const hear = (signal: NodeJS.Signals) => heard.send((heard.last = signal));
  const end = () => SIGNALS.forEach((signal) => process.off(signal, hear));
  const heard: Heard = { send: () => {}, last: undefined, end };
  for (const signal of SIGNALS) process.on(signal, hear);
  return heard;
}

/**
 * Waits for a program's end. Who interrupts us interrupts it, and us once it has ended, by
 * an error: so that what was begun is cleaned up.
 *
 * @throws {OperatorError} when we were interrupted meanwhile.
 */
export async function passingSignals(
  child: Bun.Subprocess,
  name: string,
  heard: Heard,
  send: Heard["send"],
): Promise<void> {
  heard.send = send;
  try {
    await child.exited;
  } finally {
    heard.end();
  }
  if (heard.last === undefined) return;
  throw new OperatorError(
    "try_again",
    `Cannot wait for ${name}: interrupted by ${heard.last}`,
    "run it again",
  );
}
