/**
 * Replays a history with the real programs. A step waits until what it expects is so, however slow
 * the machine is; what must never happen is checked at the end.
 *
 * @module
 */
import { expect } from "bun:test";
import type { Report } from "../../lib/contract/report.ts";
import { PATIENCE_MS } from "../tools/background.ts";
import type { History, HistoryStep } from "./history.ts";
import { quickMoment } from "./quick.ts";
import { RealRoot } from "./real-root.ts";
import { findingOn } from "./replay.ts";

const LOOK_MS = 700;

/** An agent's state in a step: what a scan says of it, and how often it was started. */
interface Expected {
  readonly name: string;
  readonly finding: string;
  readonly started: number;
}

/** Replays a history; fails at the first step whose expectation does not come true. */
export async function replayForReal(history: History): Promise<void> {
  await using there = new RealRoot(history);
  const looks: Looks = { seen: new Set(), sinceMs: 0 };
  let beforeMs = 0;
  for (const step of history.steps) {
    await Bun.sleep(quickMoment(step.at) - beforeMs);
    beforeMs = quickMoment(step.at);
    await takePlace(there, step, looks);
    await untilSo(there, step, looks);
  }
  const last = new Map(history.steps.flatMap(expectedIn).map((each) => [each.name, each.started]));
  const started = [...last.keys()].map((name) => [name, there.started(name)]);
  expect(started).toEqual([...last]);
  expect(there.beside).toEqual([]);
}

const expectedIn = ({ is = {} }: HistoryStep): Expected[] =>
  Object.entries(is).map(([name, state]) => {
    const [, finding = state, started = "0"] = /^(.*) \| started (\d+)$/.exec(state) ?? [];
    return { name, finding, started: Number(started) };
  });

/** What was found since something last happened: a finding may be over before the next look. */
interface Looks {
  /** Each finding, with the agent's name. */
  readonly seen: Set<string>;
  sinceMs: number;
}

async function takePlace(there: RealRoot, { happens }: HistoryStep, looks: Looks): Promise<void> {
  if (happens === undefined) return;
  for (const happening of happens) await there.happen(happening);
  looks.seen.clear();
  looks.sinceMs = Date.now();
}

async function untilSo(there: RealRoot, step: HistoryStep, looks: Looks): Promise<void> {
  const expected = expectedIn(step);
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const report = await there.scan();
    const found = foundIn(there, report, expected, looks);
    const isSo = Bun.deepEquals(found, expected) && isSuspected([report, there.reported()], step);
    if (isSo && (await isExplained(there, report, expected))) return;
    if (Date.now() > end)
      return expect({ at: step.at, found }).toEqual({ at: step.at, found: expected });
    await Bun.sleep(LOOK_MS);
  }
}

function foundIn(
  there: RealRoot,
  report: Report,
  expected: readonly Expected[],
  looks: Looks,
): Expected[] {
  rememberAll(there, report, looks);
  return expected.map(({ name, finding: wanted, started: enough }) => {
    const started = there.started(name);
    const now = nowOf(there, report, name);
    const finding = looks.seen.has(`${name}: ${wanted}`) ? wanted : now;
    return { name, finding, started: Math.min(started, enough) };
  });
}

function nowOf(there: RealRoot, { cells }: Report, name: string): string {
  const cell = cells.find(({ mission_id }) => mission_id === there.agent(name).id);
  return cell === undefined ? "no cell" : findingOn(cell);
}

/** Remembers what this look found, and what the daemon found since. */
function rememberAll(there: RealRoot, report: Report, { seen, sinceMs }: Looks): void {
  for (const name of there.world.agents.keys())
    for (const each of [report, there.reported()])
      if (each !== undefined && Date.parse(each.generated_at) > sinceMs)
        seen.add(`${name}: ${nowOf(there, each, name)}`);
}

/** True if a scan and the daemon suspect the same. */
const isSuspected = (
  reports: readonly (Report | undefined)[],
  { suspicion }: HistoryStep,
): boolean =>
  suspicion === undefined ||
  reports.every((report) => (report?.suspicion?.cause ?? null) === suspicion);

/** True if `--explain` gives the same verdict as the scan. */
async function isExplained(
  there: RealRoot,
  { cells }: Report,
  expected: readonly Expected[],
): Promise<boolean> {
  for (const { name } of expected) {
    const cell = cells.find(({ mission_id }) => mission_id === there.agent(name).id);
    if (cell === undefined) continue;
    const { status, attention, problems } = await there.explain(name);
    const told = { status: cell.status, attention: cell.attention, problems: cell.problems };
    if (!Bun.deepEquals({ status, attention, problems }, told)) return false;
  }
  return true;
}
