/**
 * A line at the end of a terminal that shows how far long work is, and is removed at its end.
 *
 * @module
 */
import { isTerminalAt } from "./is-terminal.ts";
import { printError } from "./stdio.ts";

const CLEAR_LINE = "\r\u001b[K";
/** Shorter work shows nothing. */
const DELAY_MS = 1000;
const EVERY_MS = 200;

/** True if a person sees what is written to stderr. */
export const showsProgress = (): boolean => isTerminalAt(2) && process.env["TERM"] !== "dumb";

/** Replaces the line; an empty text removes it. */
export const showLine = (text: string): void => printError(CLEAR_LINE + text);

/** How far work on many things of a kind is. */
export interface Progress {
  /** May be called for each thing. */
  show(done: number, total: number): void;
  /** Removes the line. */
  clear(): void;
}

/** Begins to show it after a second. `what` is a plural. */
export function startProgress(what: string): Progress {
  const started = performance.now();
  let nextMs = started + DELAY_MS;
  let isShown = false;
  return {
    show(done, total) {
      const now = performance.now();
      if (now < nextMs || done === total) return;
      nextMs = now + EVERY_MS;
      isShown = true;
      const percent = Math.floor((100 * done) / total);
      const left = ((now - started) * (total - done)) / Math.max(1, done) / 1000;
      showLine(`${percent} % of ${total} ${what}, about ${Math.ceil(left)} s left`);
    },
    clear() {
      if (isShown) showLine("");
      isShown = false;
    },
  };
}
