/**
 * `supervise history` without a mission: what happened to all of them, and what was ordered.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { describeDuration } from "../../base/duration.ts";
import { EXIT, OperatorError } from "../../base/errors.ts";
import { printable, printableJson, quoted } from "../../base/printable.ts";
import type { Event } from "../../contract/event.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { hasStoreDirectory } from "../store/store.ts";
import { eventsSince } from "../status/read-events.ts";
import { eventText } from "../status/rules/journal-line.ts";

const DAY_SECONDS = 86_400;

/**
 * Prints the events of the last `seconds`, or of a day if that is 0; returns the exit code.
 *
 * @throws {OperatorError} when there is no store of this root, or it cannot be read.
 */
export function showEvents(
  state: StorePaths,
  { isJson, seconds }: { readonly isJson: boolean; readonly seconds: number },
  clock: Clock,
): number {
  if (!hasStoreDirectory(state)) throw withoutStore(state);
  const length = seconds === 0 ? DAY_SECONDS : seconds;
  const since = new Date(clock.now().getTime() - 1000 * length).toISOString();
  const events = eventsSince(state, since);
  const nothing = `nothing has happened in the last ${describeDuration(length)}; longer: --for 7d\n`;
  const text = events.length === 0 ? nothing : events.map(lineOf).join("");
  printText(isJson ? `${printableJson(events, 2)}\n` : text);
  return EXIT.ok;
}

const withoutStore = ({ root, storeDir }: StorePaths): OperatorError =>
  new OperatorError(
    "no_input",
    `Cannot show the history of ${quoted(root)}: there is no store at ${quoted(storeDir)}`,
    "name the root and the state directory of the one that runs: --root, --state-dir or --config",
  );

function lineOf(event: Event): string {
  const until = event.until === undefined ? "" : ` until ${event.until}`;
  const end = event.event === "gave-up" ? "" : until;
  return `${printable(`${event.at}  ${event.text ?? eventText(event)}${end}`)}\n`;
}
