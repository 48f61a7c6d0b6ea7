/**
 * Records of cron jobs: `<heartbeat dir>/<job>.last`, or what a host already has for it.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { contractText } from "../../rules/json.ts";
import { printable, quoted } from "../../rules/printable.ts";
import { DIR_MODE, FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { JobRecord, jobFile } from "../../schemas/job.ts";
import { valueOf } from "../../schemas/facts.ts";
import type { Settings } from "../../schemas/settings.ts";
import { doubtIn } from "../host/belief.ts";
import { readContract } from "./contract.ts";
import { withDirectory } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { bootId, hostName } from "../host/host.ts";
import { type ProgramOptions, runProgram } from "../host/program.ts";
import { ownerOf, replaceFile } from "../host/replace.ts";

/** A writer that takes longer is ended: a cron job must not pile up behind it. */
const WRITER_TIMEOUT_MS = 10_000;

/** What the caller says about a job. */
export type SaidOfJob = Pick<JobRecord, "job" | "status" | "interval_seconds" | "message">;

/** The record of a job as of `now`, written by this process. */
export function jobRecord({ job, status, ...rest }: SaidOfJob, now: Date): JobRecord {
  return {
    schema_version: 1,
    job,
    status,
    timestamp: now.toISOString(),
    host: hostName(),
    boot_id: bootId(),
    pid: process.pid,
    run_id: crypto.randomUUID(),
    ...rest,
  };
}

/**
 * Writes a job's record: to the configured `heartbeat_writer`, else to its file in the
 * heartbeat directory, which is made when absent.
 *
 * @throws {OperatorError} when it cannot be written, or the writer fails.
 */
export async function writeJob(
  record: JobRecord,
  settings: Pick<Settings, "heartbeat_dir" | "heartbeat_writer">,
  options: Pick<ProgramOptions, "keepsSignals" | "stop"> = {},
): Promise<void> {
  const text = contractText(record);
  if (text === undefined)
    throw new OperatorError("usage", "Cannot write a record that large", "shorten its message");
  const [program, ...args] = settings.heartbeat_writer ?? [];
  if (program !== undefined) return handOver([program, ...args], text, options);
  writeFileIn(settings.heartbeat_dir, jobFile(record.job), text);
}

/** The record of a job in its file; undefined where there is none that can be read and believed. */
export function readJob(directory: string, job: string): JobRecord | undefined {
  try {
    return withDirectory(directory, (dir) =>
      valueOf(readContract(dir, jobFile(job), JobRecord, doubtIn(dir))),
    );
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** True where a job has a record that is to be believed, whether or not it can be read. */
export function hasRecord(directory: string, job: string): boolean {
  try {
    return withDirectory(directory, (dir) => {
      const file = ownerOf(dir, jobFile(job));
      return file !== undefined && doubtIn(dir)(file) === undefined;
    });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

async function handOver(
  argv: readonly [string, ...string[]],
  text: string,
  options: ProgramOptions,
): Promise<void> {
  const { code, said, timedOut } = await runProgram(argv, {
    ...options,
    input: text,
    timeout: WRITER_TIMEOUT_MS,
  });
  if (code === 0) return;
  const long =
    options.stop?.aborted === true ? "too long" : `more than ${WRITER_TIMEOUT_MS / 1000} s`;
  const how = timedOut || options.stop?.aborted === true ? `took ${long}` : `ended with ${code}`;
  throw new OperatorError(
    "unavailable",
    `Cannot write the heartbeat: ${quoted(argv[0])} ${how}${said === "" ? "" : `: ${printable(said)}`}`,
    "look at heartbeat_writer in: lazarus-pit config",
  );
}

function writeFileIn(directory: string, name: string, text: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: DIR_MODE });
    withDirectory(directory, (dir) => replaceFile(dir, name, text, FILE_MODE, "directory"));
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(`${directory}/${name}`)}`, "io_error");
  }
}
