/**
 * Prometheus metrics of single missions: title, owner and labels, so that an alert can name a
 * mission and find its team; and those that are silent while their process runs.
 *
 * @module
 */
import { printable, shortened } from "../../base/printable.ts";
import { LABEL_LIMIT } from "../../contract/mission.ts";
import type { ReportCell } from "../../contract/report.ts";
import { gauge } from "./exposition.ts";

/** The most labels of one mission that become labels of its metric. */
const MAX_LABELS = 8;

/** A gauge that is always 1: its labels are the title, the owner, and each label as `label_<name>`. */
export const missionInfo = (cells: readonly ReportCell[]): string =>
  gauge(
    "mission_info",
    "Always 1; the title, owner and labels of a mission.",
    cells.map((cell) => [infoLabels(cell), 1]),
  );

/** True for a cell that is silent while the process that its last beat vouches for runs. */
export const isSilentButRunning = ({ evidence, problems }: ReportCell): boolean =>
  evidence.process === "alive" && problems.some(({ code }) => code === "heartbeat-old");

/** A gauge that is 1 for each such cell, and absent for the others. */
export const silentButRunning = (cells: readonly ReportCell[]): string =>
  gauge(
    "mission_cell_silent_but_running",
    "1 for a silent mission cell whose process still runs.",
    cells.filter(isSilentButRunning).map(({ mission_id }) => [{ mission_id }, 1]),
  );

function infoLabels({ mission_id, title, owner, labels }: ReportCell): Record<string, string> {
  const info: Record<string, string> = {
    mission_id,
    title: labelValue(title ?? ""),
    owner: labelValue(owner ?? ""),
  };
  for (const [name, value] of Object.entries(labels).slice(0, MAX_LABELS))
    // Of two names that become the same, the first counts.
    info[labelName(name)] ??= labelValue(value);
  return info;
}

/** Names of agents may have any characters, those of Prometheus only these. */
const labelName = (name: string): string =>
  `label_${shortened(name, LABEL_LIMIT).replace(/[^a-zA-Z0-9_]/g, "_")}`;

const labelValue = (value: string): string => printable(shortened(value, LABEL_LIMIT));
