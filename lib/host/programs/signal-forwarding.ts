/**
 * Forwards termination signals to a child, so that the caller can clean up after it.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Catches SIGINT, SIGTERM and SIGHUP until it is closed. */
export interface SignalForwarder {
  /** Receives each signal. Set it before the next event-loop turn: signals arrive only then. */
  forward: (signal: NodeJS.Signals) => void;
  /** The last signal received. */
  last: NodeJS.Signals | undefined;
  close(): void;
}

export function createSignalForwarder(): SignalForwarder {
  const onSignal = (signal: NodeJS.Signals) => forwarder.forward((forwarder.last = signal));
  const close = () => SIGNALS.forEach((signal) => process.off(signal, onSignal));
  const forwarder: SignalForwarder = { forward: () => {}, last: undefined, close };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return forwarder;
}

/**
 * Waits for the child's exit, and closes the forwarder.
 *
 * @throws {OperatorError} if a signal was forwarded: it was meant for this process too, whose
 * callers now clean up.
 */
export async function waitForExit(
  child: Bun.Subprocess,
  name: string,
  forwarder: SignalForwarder,
): Promise<void> {
  try {
    await child.exited;
  } finally {
    forwarder.close();
  }
  if (forwarder.last === undefined) return;
  throw new OperatorError(
    "try_again",
    `Cannot wait for ${name}: interrupted by ${forwarder.last}`,
    "run it again",
  );
}
