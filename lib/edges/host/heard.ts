/**
 * Hearing the signals that would end us, while there is something to clean up first.
 *
 * @module
 */

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
