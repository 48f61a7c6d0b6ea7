/**
 * Storage of job records: `<heartbeat dir>/<job>.last`, or the configured `heartbeat_writer`.
 *
 * @module
 */
import { constants, mkdirSync } from "node:fs";
import { contractText } from "../contract/json.ts";
import { printable, quoted } from "../base/printable.ts";
import { DIR_MODE, FILE_MODE } from "../contract/cell.ts";
import { OperatorError } from "../base/errors.ts";
import { type JobRecord, jobFile } from "../contract/job.ts";
import type { Reading } from "../contract/facts.ts";
import type { Settings } from "../contract/settings.ts";
import { openFile } from "../host/files/descriptor.ts";
import { awaitBriefLock } from "../host/locks/brief-lock.ts";
import { withDirectory } from "../host/files/directory.ts";
import { systemFailure } from "../host/errno.ts";
import { bootId, hostName } from "../host/host.ts";
import { checkProgram } from "../host/files/operator-file.ts";
import { type ProgramOptions, runProgram } from "../host/programs/subprocess.ts";
import { replaceGroupFile } from "../host/files/group-file.ts";
import { readPrevious } from "./record-file.ts";

/** A writer that takes longer is killed, so that cron jobs do not pile up behind it. */
const WRITER_TIMEOUT_MS = 10_000;

/** The fields of a record that the caller provides. */
export type JobInput = Pick<JobRecord, "job" | "status" | "interval_seconds" | "message">;

/** Creates a job's record as of `now`, with this process as its writer. */
export function newJobRecord({ job, status, ...rest }: JobInput, now: Date): JobRecord {
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

export interface WriteOptions extends Pick<ProgramOptions, "forwardsSignals" | "stop"> {
  /** Fail if the heartbeat directory is absent, instead of creating it. */
  readonly mustExist?: boolean;
}

/**
 * Writes a job's record: to the configured `heartbeat_writer`, else to its file in the
 * heartbeat directory, which is created if absent unless `mustExist`.
 *
 * @throws {OperatorError} if it cannot be written, the writer fails, or other users can write the
 * writer.
 */
export async function writeJob(
  record: JobRecord,
  settings: Pick<Settings, "heartbeat_dir" | "heartbeat_writer">,
  { mustExist = false, ...options }: WriteOptions = {},
): Promise<void> {
  const text = textOf(record);
  const [program, ...args] = settings.heartbeat_writer ?? [];
  if (program !== undefined) {
    checkProgram("heartbeat_writer", [program]);
    return runWriter([program, ...args], text, options);
  }
  const directory = settings.heartbeat_dir;
  const file = jobFile(record.job);
  try {
    if (!mustExist) mkdirSync(directory, { recursive: true, mode: DIR_MODE });
    withDirectory(directory, (dir) => replaceGroupFile(dir, file, text, FILE_MODE));
  } catch (error) {
    throw systemFailure(error, `Cannot write ${quoted(`${directory}/${file}`)}`, "io_error");
  }
}

/** Makes the next record of a job from the one before it; undefined to leave that as it is. */
export type NextRecord = (previous: Reading<JobRecord>) => JobRecord | undefined;

/**
 * Replaces a job's record by the one that `next` makes of it, so that two runs that end at the same
 * moment lose nothing. With a `heartbeat_writer`, the record before it is unknown.
 *
 * @throws {OperatorError} as `writeJob`.
 */
export async function updateJob(
  job: string,
  settings: Pick<Settings, "heartbeat_dir" | "heartbeat_writer">,
  next: NextRecord,
  options: WriteOptions = {},
): Promise<void> {
  if (settings.heartbeat_writer !== undefined) {
    const record = next({ outcome: "absent" });
    return record && writeJob(record, settings, options);
  }
  const directory = settings.heartbeat_dir;
  try {
    mkdirSync(directory, { recursive: true, mode: DIR_MODE });
    using dir = openFile(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    const release = await awaitBriefLock(dir.fd, `${job}.update`);
    try {
      const record = next(readPrevious(dir.fd, job));
      if (record !== undefined) replaceGroupFile(dir.fd, jobFile(job), textOf(record), FILE_MODE);
    } finally {
      release?.();
    }
  } catch (error) {
    throw systemFailure(
      error,
      `Cannot write ${quoted(`${directory}/${jobFile(job)}`)}`,
      "io_error",
    );
  }
}

function textOf(record: JobRecord): string {
  const text = contractText(record);
  if (text !== undefined) return text;
  throw new OperatorError("usage", "Job record is too large", "shorten its message");
}

async function runWriter(
  argv: readonly [string, ...string[]],
  text: string,
  options: ProgramOptions,
): Promise<void> {
  const { code, errorSummary, timedOut } = await runProgram(argv, {
    ...options,
    input: text,
    timeoutMs: WRITER_TIMEOUT_MS,
    mayLeaveProcesses: true,
  });
  if (code === 0) return;
  const isStopped = options.stop?.aborted === true;
  const time = isStopped ? "too long" : `more than ${WRITER_TIMEOUT_MS / 1000} s`;
  const how = timedOut || isStopped ? `took ${time}` : `ended with ${code}`;
  const details = errorSummary === "" ? "" : `: ${printable(errorSummary)}`;
  throw new OperatorError(
    "unavailable",
    `Cannot write the job record: ${quoted(argv[0])} ${how}${details}`,
    "check heartbeat_writer in: lazarus-pit config",
  );
}
