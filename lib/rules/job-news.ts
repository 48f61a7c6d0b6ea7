/**
 * What a job's file says, whoever wrote it.
 *
 * Ours is a whole record. Hosts have older writers: a JSON object with some time in it, a
 * bare time, in seconds or RFC 3339, or a file that is only touched.
 *
 * @module
 */
import * as v from "valibot";
import type { Reading } from "../schemas/facts.ts";
import { JobRecord } from "../schemas/job.ts";
import { formatTimestamp, parseTimestamp } from "../schemas/time.ts";
import { parseContract } from "./parse.ts";
import { quoted } from "./printable.ts";

/** Names under which others write when a job last ran. */
const TIMES = ["timestamp", "time", "ts", "last", "last_run", "date"];
/** Words with which others say how it went. */
const WORDS: Readonly<Record<string, JobRecord["status"]>> = {
  success: "ok",
  succeeded: "ok",
  done: "ok",
  failed: "fail",
  failure: "fail",
  error: "fail",
};

/** Reads the file of `job`, whose own time is `changedAt`, in milliseconds since 1970. */
export function readNews(job: string, text: string, changedAt: number): Reading<JobRecord> {
  const plain = text.trim();
  if (!plain.startsWith("{")) return readPlain(job, plain, changedAt);
  const ours = parseContract(text, JobRecord);
  if (ours.outcome !== "read") return readOther(job, plain, changedAt, ours);
  return ours.value.job === job
    ? ours
    : { outcome: "malformed", why: `it names another job: ${quoted(ours.value.job)}` };
}

/** A bare time, nothing, or a text that starts with how it went: no other is taken for success. */
function readPlain(job: string, plain: string, changedAt: number): Reading<JobRecord> {
  const moment = momentOf(plain);
  if (plain === "" || moment !== undefined) return read(job, "ok", moment ?? changedAt);
  const first = /^[a-z]+(?![\w-])/i.exec(plain)?.[0].toLowerCase() ?? "";
  const word = WORDS[first] ?? first;
  return v.is(JobRecord.entries.status, word)
    ? read(job, word, changedAt)
    : { outcome: "malformed", why: "it is no time, and does not start with a status" };
}

/** An object that somebody else wrote; `otherwise` where it says that it is ours. */
function readOther(
  job: string,
  text: string,
  changedAt: number,
  otherwise: Reading<JobRecord>,
): Reading<JobRecord> {
  const parsed = parseContract(text, Other);
  if (parsed.outcome !== "read") return parsed;
  if ("schema_version" in parsed.value) return otherwise;
  const { status = "ok", interval_seconds, grace_seconds, ...rest } = parsed.value;
  const word = WORDS[status.toLowerCase()] ?? status.toLowerCase();
  if (!v.is(JobRecord.entries.status, word))
    return { outcome: "malformed", why: `its status is none that is known: ${quoted(status)}` };
  const times = TIMES.map((name) => momentOf(textOf(rest[name])));
  const news = read(job, word, times.find((time) => time !== undefined) ?? changedAt);
  const period = {
    ...(interval_seconds === undefined ? {} : { interval_seconds }),
    ...(grace_seconds === undefined ? {} : { grace_seconds }),
  };
  return news.outcome === "read" ? { ...news, value: { ...news.value, ...period } } : news;
}

/** How often it is to run is not lost for what is odd in the rest: nobody would miss it then. */
const Other = v.looseObject({
  status: v.optional(v.string()),
  interval_seconds: JobRecord.entries.interval_seconds,
  grace_seconds: JobRecord.entries.grace_seconds,
});

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** A record of that much; a file's own time may lie beyond what a timestamp can say. */
function read(job: string, status: JobRecord["status"], at: number): Reading<JobRecord> {
  const timestamp = formatTimestamp(at);
  return timestamp === undefined
    ? { outcome: "malformed", why: "its time is none of the years 0000 to 9999" }
    : { outcome: "read", value: { job, status, timestamp } };
}

/** Milliseconds since 1970 of a time in RFC 3339, or in seconds or milliseconds since 1970. */
function momentOf(text: string): number | undefined {
  if (!/^\d{9,13}(?:\.\d+)?$/.test(text)) return parseTimestamp(text);
  const number = Number(text);
  return number < 1e11 ? number * 1000 : number;
}
