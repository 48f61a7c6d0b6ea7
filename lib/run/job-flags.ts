/**
 * The flags of `heartbeat run` for its job.
 *
 * @module
 */
import * as v from "valibot";
import { defined } from "../base/defined.ts";
import { JobName } from "../contract/job.ts";
import { readFlag } from "../cli/flags.ts";
import { type Flags, textFlag } from "../cli/flag-values.ts";
import { cannotUse } from "../cli/usage-error.ts";
import {
  DECLARATION_FLAGS,
  type DeclarationFlag,
  readDeclaration,
  readOkCodes,
} from "./declaration-flags.ts";
import type { RunPlan, WrappedJob } from "./run-plan.ts";

/** What to do if the job runs already. */
export const LockMode = v.picklist(["skip", "wait", "fail"]);

/** The flags of `heartbeat run` that need a job, and `--interval`, which a job without a cell takes. */
export type JobFlag = "job" | "lock" | "interval" | "ok-codes" | DeclarationFlag;

/**
 * Reads the job to record; undefined without `--job`.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readWrappedJob(
  flags: Flags<JobFlag>,
  cell: string | undefined,
  timeoutSeconds: number | undefined,
): WrappedJob | undefined {
  const name = textFlag(flags, "job");
  if (name !== undefined) {
    const ok_codes = readOkCodes(textFlag(flags, "ok-codes"));
    // Without a cell nothing beats, and --interval is the job's, as in heartbeat --job.
    const interval = cell === undefined ? textFlag(flags, "interval") : undefined;
    const declared = { ...readDeclaration(flags, interval), ...defined({ ok_codes }) };
    return { name: readFlag("job", JobName, name), declared, timeoutSeconds };
  }
  const stray = DECLARATION_FLAGS.find((flag) => textFlag(flags, flag) !== undefined);
  if (stray === undefined) return undefined;
  throw cannotUse(`--${stray} without --job`, "name the job with --job");
}

/** The lock needs a job: its record shows whether a command still runs without its wrapper. */
export function readLockMode(
  text: string | undefined,
  job: WrappedJob | undefined,
): RunPlan["lock"] {
  if (text !== undefined && job === undefined)
    throw cannotUse("--lock without --job", "name the job with --job");
  return text === undefined ? undefined : readFlag("lock", LockMode, text);
}
