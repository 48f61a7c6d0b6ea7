/**
 * The state of the page while it is open.
 *
 * @module
 */
import type { PageData } from "./rules/merge.ts";
import { ServerClock } from "./rules/server-clock.ts";
import { FIRST_VIEW, type View } from "./rules/view.ts";

interface State {
  /** Null before the first report. */
  data: PageData | null;
  view: View;
}

export const state: State = { data: null, view: FIRST_VIEW };

/** Keeps an even pace when the clock of the browser's host is corrected. */
const steadyNow = (): number => performance.timeOrigin + performance.now();

export const serverClock = new ServerClock(steadyNow);

/** When the server last sent something, in milliseconds since 1970 by its clock. */
export const lastContact = { at: serverClock.now() };
