/**
 * What scan's flags ask for.
 *
 * @module
 */
import { Status } from "../../schemas/report.ts";
import { type Args, readFlag, refusal, textFlag } from "./flags.ts";
import { readMissionId } from "../cell/here.ts";

/** The form of a scan's output, and the flags that make no sense beside it. */
const FORMS = {
  jobs: ["explain", "ndjson", "prometheus", "status", "write-heartbeat"],
  explain: ["ndjson", "prometheus", "check", "status", "output", "write-heartbeat"],
  check: ["json", "ndjson", "prometheus", "status", "output"],
  prometheus: ["json", "ndjson", "status"],
  ndjson: ["json"],
  json: [],
} as const;

/** `table` is what is shown where no flag names a form; into a file goes JSON. */
export type Form = Exclude<keyof typeof FORMS, "jobs"> | "table";

export interface ScanOptions {
  readonly form: Form;
  readonly json: boolean;
  /** Show the jobs and no cells. */
  readonly jobs: boolean;
  /** The mission to explain. */
  readonly explain: string | undefined;
  /** The statuses to show. */
  readonly statuses: readonly Status[];
  readonly output: string | undefined;
  readonly writeHeartbeat: boolean;
}

/**
 * Reads the flags that shape a scan's output.
 *
 * @throws {OperatorError} of kind `usage` when they contradict each other.
 */
export function readScanOptions(args: Args, ids: readonly string[]): ScanOptions {
  const has = (flag: string) => args[flag] !== undefined && args[flag] !== false;
  const given = (Object.keys(FORMS) as (keyof typeof FORMS)[]).filter(has);
  for (const each of given) refuseClash(each, FORMS[each].find(has));
  const form = given.find((each) => each !== "jobs");
  if (has("jobs") && ids.length > 0) throw refusal("a mission id with --jobs", "jobs are no cells");
  const explain = textFlag(args, "explain");
  if (explain !== undefined && ids.length > 0)
    throw refusal("another mission id beside --explain", "explain one cell at a time");
  return {
    form: form ?? (has("output") ? "json" : "table"),
    json: has("json"),
    jobs: has("jobs"),
    explain: explain === undefined ? undefined : readMissionId(explain),
    statuses:
      textFlag(args, "status")
        ?.split(",")
        .map((each) => readFlag("status", Status, each)) ?? Status.options,
    output: textFlag(args, "output"),
    writeHeartbeat: has("write-heartbeat"),
  };
}

function refuseClash(form: string, clash: string | undefined): void {
  if (clash !== undefined) throw refusal(`--${clash} together with --${form}`, "give one of them");
}
