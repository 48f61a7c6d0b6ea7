/**
 * Parses a job's file, written by this toolkit or by another program.
 *
 * This toolkit writes a complete record. Other writers leave a JSON object with some time in it, a
 * bare time (seconds, milliseconds or RFC 3339), or just touch the file.
 *
 * @module
 */
import * as v from "valibot";
import { defined } from "../../base/defined.ts";
import type { Reading } from "../../contract/facts.ts";
import { JobRecord } from "../../contract/job.ts";
import { formatTimestamp, parseTimestamp } from "../../base/time.ts";
import { parseContract } from "../../contract/parse.ts";
import { quoted } from "../../base/printable.ts";

/** The keys under which other writers store when a job last ran, in order of preference. */
const TIME_KEYS = ["timestamp", "time", "ts", "last", "last_run", "date"];
/** Statuses of other writers. */
const STATUS_ALIASES: Readonly<Record<string, JobRecord["status"]>> = {
  success: "ok",
  succeeded: "ok",
  done: "ok",
  failed: "fail",
  failure: "fail",
  error: "fail",
};

/** Parses the file of `job`; `changedAt` is its mtime in milliseconds since 1970. */
export function parseJobFile(job: string, text: string, changedAt: number): Reading<JobRecord> {
  const plain = text.trim();
  if (!plain.startsWith("{")) return parsePlain(job, plain, changedAt);
  const ours = parseContract(text, JobRecord);
  if (ours.outcome !== "read") return parseOther(job, plain, changedAt, ours);
  return ours.value.job === job
    ? ours
    : { outcome: "malformed", why: `it names another job: ${quoted(ours.value.job)}` };
}

/** A bare time, nothing, or text that starts with a status. Other text must not count as success. */
function parsePlain(job: string, plain: string, changedAt: number): Reading<JobRecord> {
  const moment = parseTime(plain);
  if (plain === "" || moment !== undefined) return buildRecord(job, "ok", moment ?? changedAt);
  const first = /^[a-z]+(?![\w-])/i.exec(plain)?.[0].toLowerCase() ?? "";
  const word = STATUS_ALIASES[first] ?? first;
  return v.is(JobRecord.entries.status, word)
    ? buildRecord(job, word, changedAt)
    : { outcome: "malformed", why: "it is not a time, and does not start with a status" };
}

/** An object of another writer. Returns `invalid`, the reason, if it claims to be our record. */
function parseOther(
  job: string,
  text: string,
  changedAt: number,
  invalid: Reading<JobRecord>,
): Reading<JobRecord> {
  const parsed = parseContract(text, OtherRecord);
  if (parsed.outcome !== "read") return parsed;
  if ("schema_version" in parsed.value) return invalid;
  const { status = "ok", interval_seconds, grace_seconds, ...rest } = parsed.value;
  const word = STATUS_ALIASES[status.toLowerCase()] ?? status.toLowerCase();
  if (!v.is(JobRecord.entries.status, word))
    return { outcome: "malformed", why: `its status is unknown: ${quoted(status)}` };
  const times = TIME_KEYS.map((name) => parseTime(textOf(rest[name])));
  const record = buildRecord(job, word, times.find((time) => time !== undefined) ?? changedAt);
  const schedule = defined({ interval_seconds, grace_seconds });
  return record.outcome === "read"
    ? { ...record, value: { ...record.value, ...schedule } }
    : record;
}

/** Keeps the interval even if the rest is unusual: without it, the job could never be missing. */
const OtherRecord = v.looseObject({
  status: v.optional(v.string()),
  interval_seconds: JobRecord.entries.interval_seconds,
  grace_seconds: JobRecord.entries.grace_seconds,
});

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** Builds a record; `at`, in milliseconds since 1970, may be beyond the range of a timestamp. */
function buildRecord(job: string, status: JobRecord["status"], at: number): Reading<JobRecord> {
  const timestamp = formatTimestamp(at);
  return timestamp === undefined
    ? { outcome: "malformed", why: "its time is outside the years 0000 to 9999" }
    : { outcome: "read", value: { job, status, timestamp } };
}

/** Parses RFC 3339, or seconds or milliseconds since 1970, into milliseconds since 1970. */
function parseTime(text: string): number | undefined {
  if (!/^\d{9,13}(?:\.\d+)?$/.test(text)) return parseTimestamp(text);
  const number = Number(text);
  return number < 1e11 ? number * 1000 : number;
}
