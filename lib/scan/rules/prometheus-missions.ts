/**
 * What Prometheus metrics say of single missions: title, owner and labels, so that an alert can name a
 * mission and find its team; and which are silent while their process runs.
 *
 * @module
 */
import { printable, shortened } from "../../base/printable.ts";
import { LABEL_LIMIT } from "../../contract/mission.ts";
import type { ReportCell } from "../../contract/report.ts";

/** The most labels of one mission that become labels of its metric. */
const MAX_LABELS = 8;

/** True for a cell that is silent while the process that its last beat vouches for runs. */
export const isSilentButRunning = ({ evidence, problems }: ReportCell): boolean =>
  evidence.process === "alive" && problems.some(({ code }) => code === "heartbeat-old");

/** A mission as labels: the title, the owner, and each of its labels as `label_<name>`. */
export function infoLabels({
  mission_id,
  title,
  owner,
  labels,
}: Pick<ReportCell, "mission_id" | "title" | "owner" | "labels">): Record<string, string> {
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
