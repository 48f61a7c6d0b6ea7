/**
 * The suspicion in the last report of a daemon, for a single scan, which cannot find some causes itself.
 *
 * @module
 */
import * as v from "valibot";
import { parseTimestamp } from "../base/time.ts";
import { parseContract } from "../contract/parse.ts";
import { Report, type Suspicion, type SuspicionCause } from "../contract/report.ts";

/** Causes that a single scan cannot find, or not as well as a daemon. */
const FOUND_BY_DAEMON: readonly SuspicionCause[] = [
  "root-replaced",
  "clock-step",
  "suspended",
  "starved",
  "mass-silence",
];
/** After this many rounds without a new report, the daemon has stopped, and nothing is known. */
const FRESH_ROUNDS = 3;

/** The fields of a report before its summary. */
const Head = v.required(
  v.pick(Report, ["schema_version", "generated_at", "next_expected_at", "suspicion"]),
  ["next_expected_at"],
);

/**
 * The suspicion in a report of a daemon, of which `start` is the first part; undefined if it names
 * none, or is not fresh. A report of ten thousand cells is large, and only its start is needed.
 */
export function suspicionInStart(start: string, now: Date): Suspicion | undefined {
  // In a JSON text, quotes inside a string are escaped, so this is the key.
  const end = start.indexOf(',"summary":');
  const head = parseContract(end < 0 ? "" : `${start.slice(0, end)}}`, Head);
  if (head.outcome !== "read") return undefined;
  const { generated_at, next_expected_at, suspicion } = head.value;
  const [made, next] = [parseTimestamp(generated_at), parseTimestamp(next_expected_at)];
  if (made === undefined || next === undefined || suspicion === undefined) return undefined;
  const isFresh = Math.abs(now.getTime() - made) <= FRESH_ROUNDS * (next - made);
  return isFresh && FOUND_BY_DAEMON.includes(suspicion.cause) ? suspicion : undefined;
}
