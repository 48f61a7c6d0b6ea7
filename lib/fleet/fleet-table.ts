/**
 * A fleet as a table for a terminal: the hosts that are not live, then the cells that need somebody,
 * worst first, in 80 columns.
 *
 * @module
 */
import { describeDuration, largestUnit } from "../base/duration.ts";
import { printable } from "../base/printable.ts";
import { parseTimestamp } from "../base/time.ts";
import { cut, fitted } from "../cli/fitted-text.ts";
import {
  type FleetCell,
  type FleetHost,
  type FleetReport,
  HostState,
} from "../contract/fleet-report.ts";
import { ATTENTION_COLORS } from "../scan/rules/attention-color.ts";
import { severityRank, statusCounts, statusText } from "../verdict/display-status.ts";
import { reasonOf } from "../verdict/reason.ts";

const WIDTH = 80;
const MISSION_WIDTH = 36;
const [MIN_HOST_WIDTH, MAX_HOST_WIDTH] = [4, 20];
const STATE_WIDTH = 10;

/** The table of a report and the shown `cells` of it. `color` adds ANSI colors. */
export function fleetTable(
  report: FleetReport,
  cells: readonly FleetCell[],
  color: boolean,
): string {
  const sorted = cells.toSorted(
    (a, b) => Number(b.known) - Number(a.known) || severityRank(a) - severityRank(b),
  );
  const names = [...report.hosts, ...sorted.map(({ host }) => ({ name: host }))];
  const widest = Math.max(MIN_HOST_WIDTH, ...names.map(({ name }) => name.length));
  const layout: Layout = { hostWidth: Math.min(MAX_HOST_WIDTH, widest), color };
  const lines = [
    ...hostLines(report, layout),
    ...cellLinesOf(sorted, layout),
    ...duplicateLines(report),
    ...footerLines(report),
  ];
  return `${lines.join("\n")}\n`;
}

interface Layout {
  readonly hostWidth: number;
  readonly color: boolean;
}

function hostLines({ hosts, generated_at }: FleetReport, { hostWidth, color }: Layout): string[] {
  const away = hosts.filter(({ state }) => state !== "live");
  if (away.length === 0) return [];
  const room = WIDTH - hostWidth - STATE_WIDTH - 4;
  const lines = away.map((host) => {
    const state = painted(
      fitted(host.state, STATE_WIDTH),
      host.state === "unknown" ? 36 : 31,
      color,
    );
    return `${fitted(host.name, hostWidth)}  ${state}  ${cut(printable(whyText(host, generated_at)), room)}`;
  });
  return [`${fitted("HOST", hostWidth)}  ${fitted("STATE", STATE_WIDTH)}  WHY`, ...lines, ""];
}

/** Why it is not live, and from when the last word of its cells is. */
function whyText({ why, summary, generated_at: last }: FleetHost, now: string): string {
  const known = summary === null || last === null ? undefined : parseTimestamp(last);
  if (known === undefined || summary === null) return why ?? "";
  const age = describeDuration(((parseTimestamp(now) ?? known) - known) / 1000);
  return `${why ?? ""}; ${cellCount(summary.total)} not known since ${age}`;
}

const cellCount = (count: number): string => `${count} ${count === 1 ? "cell" : "cells"}`;

function cellLinesOf(cells: readonly FleetCell[], layout: Layout): string[] {
  if (cells.length === 0) return [];
  const head = [fitted("HOST", layout.hostWidth), fitted("MISSION", MISSION_WIDTH), "STATUS"];
  return [head.join("  "), ...cells.flatMap((cell) => cellLine(cell, layout)), ""];
}

function cellLine(cell: FleetCell, { hostWidth, color }: Layout): string[] {
  const { host, mission_id, known, age_seconds } = cell;
  const age = age_seconds === null ? "" : ` ${largestUnit(age_seconds)}`;
  const status = known ? `${statusText(cell)}${age}` : `not known, was ${statusText(cell)}`;
  const room = WIDTH - hostWidth - MISSION_WIDTH - 4;
  const shown = painted(
    cut(printable(status), room),
    known ? ATTENTION_COLORS[cell.attention] : 90,
    color,
  );
  const first = `${fitted(host, hostWidth)}  ${fitted(printable(mission_id), MISSION_WIDTH)}  ${shown}`;
  const texts = [cell.title, reasonOf(cell)].filter((text) => text !== null && text !== undefined);
  const below = cut(printable(texts.join(": ")), WIDTH - 4);
  return below === "" ? [first] : [first, `    ${below}`];
}

function duplicateLines({ twice }: FleetReport): string[] {
  if (twice.length === 0) return [];
  const lines = twice.map(({ mission_id, hosts, home }) => {
    const where = `is on ${hosts.join(" and ")}${home === null ? "" : `; its home is ${home}`}`;
    return cut(`${mission_id} ${where}`, WIDTH);
  });
  return [...lines, ""];
}

function footerLines({ summary, suspect, hosts: all }: FleetReport): string[] {
  const { hosts, cells } = summary;
  const held = all.filter((host) => host.held === true).length;
  const states = HostState.options
    .filter((state) => hosts[state] > 0)
    .map((s) => `${hosts[s]} ${s}`);
  const unknown = cells.not_known === 0 ? "" : `, ${cells.not_known} not known`;
  return [
    ...(suspect ? ["Most hosts went at the same time: this host or the network is suspect."] : []),
    `${hosts.total} ${hosts.total === 1 ? "host" : "hosts"}: ${states.join(", ") || "none"}${held === 0 ? "" : `; revival is held on ${held}`}`,
    `${cellCount(cells.total)}: ${statusCounts(cells, cells.resting)}${unknown}`,
  ];
}

const painted = (text: string, color: number, isOn: boolean): string =>
  isOn ? `\u001b[${color}m${text}\u001b[0m` : text;
