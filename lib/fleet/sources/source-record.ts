/**
 * What is known of the sources, as facts.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import type { FleetSource } from "../../contract/fleet-settings.ts";
import type { Report } from "../../contract/report.ts";
import type { AskedContact, HostFacts } from "../rules/facts.ts";

/** One source, and what its answers said. Moments are those of the facts. */
export interface SourceRecord {
  readonly source: FleetSource;
  isAsked: boolean;
  /** Since its last answer. */
  failures: number;
  failure?: string;
  /** The end of the last look in which it answered; later by what the looks since then took. */
  answeredMs?: number;
  ageMs?: number;
  unreadable?: string | undefined;
  report?: Report;
  /** Of the text of the report. */
  hash?: number | bigint;
}

/** The facts of all sources after a look. */
export function sourceFacts(records: readonly SourceRecord[], lostAfter: number): HostFacts[] {
  const byName = new Map(records.map((record) => [record.source.name, record]));
  return records.map((record) => ({
    name: record.source.name,
    contact: contactOf(record, lostAfter),
    report: record.report,
    unreadable: record.unreadable ?? mistakenHost(record, byName),
    version: null,
    held: null,
  }));
}

function contactOf(record: SourceRecord, lostAfter: number): AskedContact {
  const { isAsked, failures, failure, answeredMs, ageMs = 0 } = record;
  return {
    by: "asking",
    isAsked,
    failures,
    lostAfter,
    failure,
    answeredMs,
    ageMs,
  };
}

/** Why the report is that of another source, whose name it bears; undefined if it is not. */
function mistakenHost(
  { source, report }: SourceRecord,
  byName: ReadonlyMap<string, SourceRecord>,
): string | undefined {
  const name = report?.host.toLowerCase() ?? "";
  const other = name === source.name ? undefined : byName.get(name)?.report;
  const isSame = other?.host.toLowerCase() === name && other.root === report?.root;
  return isSame ? `it gave the report of ${quoted(name)}: correct its source` : undefined;
}
