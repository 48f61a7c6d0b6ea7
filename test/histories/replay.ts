/**
 * Replays a history, and compares what the daemon says and does with what it must.
 *
 * @module
 */
import { expect } from "bun:test";
import type { Event } from "../../lib/contract/event.ts";
import type { ReportCell } from "../../lib/contract/report.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { scanRoot } from "../../lib/scan/scan.ts";
import { rowOf } from "../../lib/verdict/rows.ts";
import { happen } from "./happen.ts";
import type { History, HistoryStep } from "./history.ts";
import { parseMoment } from "./moment.ts";
import { restoreHost, simulateHost } from "./simulated-host.ts";
import { WatchedRoot } from "./watched-root.ts";

/** Replays a history; fails at the first step that differs, naming its moment. */
export async function replay(history: History): Promise<void> {
  using there = new WatchedRoot(history);
  simulateHost(() => there);
  try {
    there.startDaemon();
    for (const step of history.steps) await takeStep(there, step);
  } finally {
    restoreHost();
  }
}

async function takeStep(there: WatchedRoot, step: HistoryStep): Promise<void> {
  const { world } = there;
  const untilMs = parseMoment(step.at) - world.sleptMs;
  if (untilMs < world.monoMs) throw new Error(`${step.at} is over: the host slept until later`);
  // Rounds at this very moment come after what happens now.
  await there.advance(untilMs - 1);
  world.monoMs = untilMs;
  for (const happening of step.happens ?? []) happen(there, happening);
  await there.advance(world.monoMs);
  expect({ at: step.at, ...foundAt(there, step) }).toEqual(expectedAt(step) as never);
  expect(there.beside).toEqual([]);
  if (there.report !== undefined && there.reportMs === world.monoMs) compareWithScan(there);
}

/** What a step must find. */
const expectedAt = ({ at, is, suspicion, told }: HistoryStep): object => ({
  at,
  is,
  suspicion,
  told,
});

const foundAt = (there: WatchedRoot, { is, suspicion, told }: HistoryStep): object => ({
  is: is && statesOf(there, is),
  suspicion: suspicion === undefined ? undefined : (there.report?.suspicion?.cause ?? null),
  told: told && newsOf(there),
});

function statesOf(
  there: WatchedRoot,
  named: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = Object.keys(named);
  return Object.fromEntries(names.map((name) => [name, stateOf(there, name)]));
}

function stateOf(there: WatchedRoot, name: string): string {
  const { id } = there.agent(name);
  const cell = there.report?.cells.find(({ mission_id }) => mission_id === id);
  if (cell === undefined) return "no cell";
  const started = there.started.filter((each) => each.name === name).length;
  return [findingOn(cell), `started ${started}`].join(" | ");
}

/** What a report says of a cell: `status code | attention | process … | exit …`. */
export const findingOn = (cell: ReportCell): string =>
  [wordsOf(cell), cell.attention, ...evidenceOf(cell)].join(" | ");

/** The status of a cell, with its codes, or the row of one without a problem. */
export function wordsOf(cell: ReportCell): string {
  const codes = new Set(cell.problems.map(({ code }) => code));
  const decided = codes.size > 0 ? [...codes] : [rowOf(cell)].filter((row) => row !== cell.status);
  return [cell.status, ...decided].join(" ");
}

function evidenceOf({ evidence: { process, exit } }: ReportCell): string[] {
  const end = exit === null ? [] : [`exit ${exit.signal ?? exit.code}`];
  return [...(process === null ? [] : [`process ${process}`]), ...end];
}

function newsOf(there: WatchedRoot): string[] {
  return there.told.splice(0).map((event) => wordsOfEvent(there, event));
}

function wordsOfEvent({ world }: WatchedRoot, event: Event): string {
  const [name] = [...world.agents].find(([, { id }]) => id === event.mission_id) ?? [];
  const code = event.problems?.[0]?.code;
  const what =
    event.event === "changed" ? `${event.to}${code === undefined ? "" : ` ${code}`}` : event.event;
  return [what, event.cause, name].filter((each) => each !== undefined).join(" ");
}

/** A scan without a daemon says the same of each cell. */
function compareWithScan({ root, settings, report, world }: WatchedRoot): void {
  const opened = openRoot(root);
  try {
    const { cells } = scanRoot({ root: opened, ids: [], limits: settings, now: world.now() });
    const words = (each: ReportCell) => [each.mission_id, wordsOf(each), each.attention];
    expect(cells.map(words)).toEqual(report?.cells.map(words) ?? []);
  } finally {
    opened.close();
  }
}
