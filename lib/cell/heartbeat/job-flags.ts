/**
 * Reading the flags of a job's record.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { JobName, JobStatus } from "../../contract/job.ts";
import { readFlag } from "../../cli/flags.ts";
import { type Flags, textFlag } from "../../cli/flag-values.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import type { JobInput } from "../../jobs/record-store.ts";
import { type BeatFlag, CELL_ONLY_FLAGS, readCommonFlags } from "./heartbeat-flags.ts";

/**
 * The fields of a job's record. `words` are the positional arguments, which a job does not take.
 *
 * @throws {OperatorError} of kind `usage` when a flag is wrong, or belongs to a cell.
 */
export function readJobFlags(args: Flags<BeatFlag>, words: readonly string[]): JobInput {
  const flag = (name: BeatFlag) => textFlag(args, name);
  const stray = CELL_ONLY_FLAGS.find((name) => flag(name) !== undefined);
  if (stray !== undefined) throw cannotUse(`--${stray} with --job`, "it is for the beat of a cell");
  const [extra] = words;
  if (extra !== undefined)
    throw cannotUse(`the mission id ${quoted(extra)} with --job`, "give one or the other");
  return {
    job: readFlag("job", JobName, flag("job")),
    status: readFlag("status", JobStatus, flag("status") ?? "ok"),
    ...readCommonFlags(args),
  };
}
