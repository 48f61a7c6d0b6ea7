/**
 * What asking a host gives, and the limits of each question.
 *
 * @module
 */

/** How long a host may take. */
export const ASK_TIMEOUT_MS = 5000;
/** How many hosts are asked at the same time. */
export const ASKED_AT_ONCE = 32;

/** How long a look at this many hosts may last, in milliseconds: each one may take its whole time. */
export const longestLookMs = (hosts: number): number =>
  ASK_TIMEOUT_MS * Math.max(1, Math.ceil(hosts / ASKED_AT_ONCE));

/** The largest report that is read, in bytes. */
export const REPORT_LIMIT_BYTES = 16 * 1024 * 1024;

/** What an operator may wait for. */
export const TOO_LATE = `no answer within ${ASK_TIMEOUT_MS / 1000}s`;

/** A text that may be a report, and which clock tells its age. */
export interface TextAnswer {
  readonly outcome: "text";
  readonly text: string;
  /** When it was given, in milliseconds since 1970, by the clock to compare its time with. */
  readonly atMs: number;
  /** By how much that clock may be ahead of the report's own: an age is only what exceeds it. */
  readonly skewMs: number;
}

/** No answer, or one that cannot be a report; `why` is a clause. */
interface NoReport {
  readonly outcome: "failed" | "unreadable";
  readonly why: string;
}

export type SourceAnswer = TextAnswer | NoReport;

export const failed = (why: string): NoReport => ({ outcome: "failed", why });

export const TOO_LARGE: NoReport = {
  outcome: "unreadable",
  why: `its report has more than ${REPORT_LIMIT_BYTES / 1024 / 1024} MiB`,
};
export const NOT_UTF8: NoReport = { outcome: "unreadable", why: "its report is not UTF-8" };

/** What asking depends on besides the source. */
export interface AskContext {
  /** Ends the question, and kills a command. */
  readonly stop: AbortSignal;
  readonly now: () => Date;
  /** By how much the clock of another host may differ from ours. */
  readonly skewMs: number;
}
