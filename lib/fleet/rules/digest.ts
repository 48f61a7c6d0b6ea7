/**
 * What is news about a report: what a view of the fleet must know at once.
 *
 * @module
 */
import type { Report, ReportCell } from "../../contract/report.ts";

/**
 * A text that differs between two reports if one of them has news: a cell came or went, or its
 * status, problems, attention, mission status, title or labels changed; or a suspicion began or
 * ended. Beats, ages and states of agents are not news, so that a healthy host writes once a minute.
 */
export const reportDigest = ({ cells, suspicion }: Pick<Report, "cells" | "suspicion">): string =>
  JSON.stringify([suspicion?.cause ?? null, cells.map(cellDigest)]);

const cellDigest = (cell: ReportCell) => [
  cell.mission_id,
  cell.status,
  cell.attention,
  cell.problems.map(({ code }) => code),
  cell.mission_status,
  cell.title,
  cell.labels,
];
