/**
 * Parses `lazarus-pit jobs pause backup --until 5h`.
 *
 * @module
 */
import * as v from "valibot";
import { JobName } from "../../contract/job.ts";
import { MAX_PAUSE_DAYS, MAX_PAUSE_MS } from "../../contract/job-pause.ts";
import { quoted } from "../../base/printable.ts";
import { parseTimestamp } from "../../base/time.ts";
import { readFlag } from "../../cli/flags.ts";
import { cannotUse, usageError } from "../../cli/usage-error.ts";
import { readMoment } from "../../cli/value-flags.ts";

/** The words that `lazarus-pit jobs` takes. */
export const JobVerb = v.picklist(["list", "pause", "resume", "retire"]);

/** What to do with which job; `until` is the end of a pause. */
export type JobOrder =
  | { readonly verb: "list" }
  | { readonly verb: "pause"; readonly job: string; readonly until: string }
  | { readonly verb: "resume" | "retire"; readonly job: string };

/**
 * Reads an order.
 *
 * @throws {OperatorError} of kind `usage` if the verb is unknown, or an argument or flag is missing or
 *   not allowed with it.
 */
export function readJobOrder(
  [verb = "list", name]: readonly string[],
  until: string | undefined,
  isJson: boolean,
  now: Date,
): JobOrder {
  if (!v.is(JobVerb, verb))
    throw cannotUse(`${quoted(verb)} as a step`, `the steps are: ${JobVerb.options.join(", ")}`);
  if (until !== undefined && verb !== "pause") throw cannotUse(`--until with ${verb}`);
  if (verb === "list") {
    if (name === undefined) return { verb };
    throw cannotUse("a job with list", "it shows all of them");
  }
  if (isJson) throw cannotUse(`--json with ${verb}`, "it is for list");
  if (name === undefined)
    throw usageError(
      "Missing job",
      `type: lazarus-pit jobs ${verb} JOB; for their names: lazarus-pit jobs`,
    );
  const job = readFlag("job", JobName, name);
  return verb === "pause" ? { verb, job, until: readEnd(until, now) } : { verb, job };
}

function readEnd(text: string | undefined, now: Date): string {
  if (text === undefined)
    throw usageError("Missing flag: --until", "say when the pause ends, such as: --until 5h");
  const until = readMoment("until", text, now);
  const ms = (parseTimestamp(until) ?? 0) - now.getTime();
  if (ms > 0 && ms <= MAX_PAUSE_MS) return until;
  throw cannotUse(`"${text}" for --until: Expected a time within ${MAX_PAUSE_DAYS} days`);
}
