/**
 * The page's data: the last report, updated with the changes that the server sends.
 *
 * @module
 */
import { printable } from "../../../base/printable.ts";
import type { Ignored } from "../../../contract/ignored.ts";
import type { Report } from "../../../contract/report.ts";
import type { Delta } from "../../../verdict/changes.ts";
import { type Entry, entryOf, titleOf } from "./entry.ts";
import { cellCount } from "./format.ts";

/** A report without its cells. */
interface ReportHead extends Omit<Report, "cells" | "ignored"> {
  readonly ignored: readonly Ignored[];
}

/** The last report, and its cells by mission id. */
export interface PageData {
  readonly report: ReportHead;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Starts over from a whole report. */
export function fromReport({ cells, ...report }: Report): PageData {
  return { report, entries: new Map(cells.map((cell) => [cell.mission_id, entryOf(cell)])) };
}

/**
 * Applies changes. Changes without `jobs` mean that the jobs could not be listed; without
 * `suspicion`, that there is none; without `fleet`, that the host is not in one.
 */
export function applyChanges(before: PageData, { cells, removed, ...rest }: Delta): PageData {
  const entries = new Map(before.entries);
  for (const cell of cells) {
    const entry = entryOf(cell);
    const hasNewStatus = entries.get(cell.mission_id)?.status !== entry.status;
    entries.set(cell.mission_id, { ...entry, hasNewStatus });
  }
  for (const id of removed) entries.delete(id);
  const ended = {
    jobs: undefined,
    jobs_unknown: undefined,
    suspicion: undefined,
    fleet: undefined,
  };
  return { report: { ...before.report, ...ended, ...rest }, entries };
}

/** Whether changes are about this cell. */
export const concerns = ({ cells, removed }: Delta, id: string): boolean =>
  removed.includes(id) || cells.some(({ mission_id }) => mission_id === id);

/** The status changes in one sentence, for a screen reader; empty if there are none. */
export function statusChangeText({ entries }: PageData, { cells }: Delta): string {
  const changed = cells.flatMap(({ mission_id }) => entries.get(mission_id) ?? []);
  const [first, ...others] = changed.filter(({ hasNewStatus }) => hasNewStatus);
  if (first === undefined) return "";
  if (others.length > 0) return `${cellCount(others.length + 1)} changed status`;
  return `${printable(titleOf(first.cell) ?? first.cell.mission_id)} is ${first.status}`;
}
