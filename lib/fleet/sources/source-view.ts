/**
 * A fleet without a server: this host asks all others, some of them at once.
 *
 * @module
 */
import { parseTimestamp } from "../../base/time.ts";
import type { FleetSource } from "../../contract/fleet-settings.ts";
import { type FleetView, factsMs, type ViewClock } from "../rules/facts.ts";
import { readHostReport } from "../rules/host-report.ts";
import { type AskContext, ASKED_AT_ONCE, type SourceAnswer, type TextAnswer } from "./answer.ts";
import { askAddress, requestOptions } from "./ask-address.ts";
import { askCommand } from "./ask-command.ts";
import { askFile } from "./ask-file.ts";
import { type SourceRecord, sourceFacts } from "./source-record.ts";

/** How to look at sources. */
export interface SourceViewOptions {
  readonly sources: readonly FleetSource[];
  readonly clock: ViewClock;
  /** After how many failures in a row a host is lost: 1 for a view that looks once. */
  readonly lostAfter: number;
  /** By how much the clocks of two hosts may differ. */
  readonly skewMs: number;
  /** Ends a look, and kills its commands. */
  readonly stop: AbortSignal;
}

/**
 * Servers set the `Date` of their answers in whole seconds, about once a second, later when they are
 * busy: a report may be this much ahead even of its own host's clock.
 */
const DATE_STEP_MS = 2000;

/**
 * Creates a view of sources.
 *
 * @throws {OperatorError} of kind `config` if a token or a certificate of a source cannot be used.
 */
export function createSourceView(options: SourceViewOptions): FleetView {
  const { sources, clock, stop, skewMs } = options;
  for (const source of sources) if ("url" in source) requestOptions(source);
  const records = sources.map((source): SourceRecord => ({ source, isAsked: false, failures: 0 }));
  const ask: AskContext = { stop, skewMs, now: clock.now };
  let answeredMs: number | undefined;
  return {
    async look() {
      const startedMs = factsMs(clock);
      await forEachAtOnce(records, async (record) => {
        take(record, await askSource(record.source, ask), skewMs);
      });
      const nowMs = factsMs(clock);
      noteLook(records, nowMs, nowMs - startedMs);
      if (records.some(hasAnswered)) answeredMs = nowMs;
      return { kind: "sources", answeredMs, hosts: sourceFacts(records, options.lostAfter) };
    },
  };
}

const askSource = (source: FleetSource, ask: AskContext): Promise<SourceAnswer> => {
  if ("url" in source) return askAddress(source, ask);
  return "command" in source ? askCommand(source.command, ask) : askFile(source.file, ask);
};

async function forEachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>) {
  let next = 0;
  async function takeTurns(): Promise<void> {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, takeTurns));
}

/** Notes an answer. */
function take(record: SourceRecord, answer: SourceAnswer, aheadMs: number): void {
  record.isAsked = true;
  if (answer.outcome === "failed") {
    record.failures += 1;
    record.failure = answer.why;
    return;
  }
  record.failures = 0;
  record.unreadable = answer.outcome === "text" ? readText(record, answer, aheadMs) : answer.why;
}

/** Reads the report in an answer; returns why it cannot be read. */
function readText(
  record: SourceRecord,
  { text, atMs, skewMs }: TextAnswer,
  aheadMs: number,
): string | undefined {
  const hash = Bun.hash(text);
  // An unchanged report stays the same object, whose cells are not copied again.
  if (hash !== record.hash || record.report === undefined) {
    const read = readHostReport(text);
    if ("unreadable" in read) return read.unreadable;
    record.report = read.report;
    record.hash = hash;
  }
  const ageMs = atMs - (parseTimestamp(record.report.generated_at) ?? 0);
  const allowedMs = Math.max(aheadMs, DATE_STEP_MS);
  record.ageMs = ageMs < 0 ? Math.min(0, ageMs + allowedMs) : Math.max(0, ageMs - skewMs);
  return undefined;
}

/** In the last look. */
const hasAnswered = ({ isAsked, failures }: SourceRecord): boolean => isAsked && failures === 0;

/**
 * A look lasts until the slowest hosts have had their time: that ages no report, neither of a host that
 * answered nor of one that did not.
 */
function noteLook(records: readonly SourceRecord[], nowMs: number, durationMs: number): void {
  for (const each of records)
    if (hasAnswered(each)) each.answeredMs = nowMs;
    else if (each.answeredMs !== undefined) each.answeredMs += durationMs;
}
