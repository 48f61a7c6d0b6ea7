/** What a round reads, and how it judges its own punctuality. */
import { expect, test } from "bun:test";
import { loadSettings } from "../../lib/cli/settings.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { seedCell } from "../../lib/cell/rules/seed.ts";
import { bootId, hostName } from "../../lib/host/host.ts";
import { startScanner } from "../../lib/supervise/status/incremental-scan.ts";
import { idOf, type Told, writeCell, writeJson } from "../tools/cells.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** A process that has ended: its pid belongs to a process that started later. */
const ENDED = { pid: process.pid, boot_id: bootId(), start_ticks: 1 };
const WRITER = { host: hostName(), boot_id: bootId(), pid: 1 };

function settingsOf(told: Told) {
  const { root, config } = placeOf();
  const cell = writeCell(root, ID, told);
  return { cell, settings: { ...loadSettings({ config }), scan_interval_seconds: 60 } };
}

test("a round does not read a cell at rest again because its process has ended", () => {
  const heartbeat = { host: hostName(), process: ENDED };
  const { cell, settings } = settingsOf({ status: "paused", title: "before", heartbeat });
  const scanner = startScanner(simulatedClock());
  const titles = () => scanner.scan(settings).report.cells.map(({ title }) => title);
  expect(titles()).toEqual(["before"]);
  const seed = seedCell(ID, { status: "paused", title: "after" }, WRITER, new Date());
  writeJson(cell, CELL_FILES.mission, seed[CELL_FILES.mission]);
  const seen = Array.from({ length: 6 }, titles).flat();
  expect(seen).toEqual(["before", "before", "before", "before", "before", "after"]);
});

test("a round is punctual by the interval that it was waited for", () => {
  const { settings: slow } = settingsOf({});
  const clock = simulatedClock();
  const scanner = startScanner(clock);
  const causesAfter = (seconds: number, settings: typeof slow) => {
    clock.pass(seconds);
    return scanner.scan(settings).suspicions.active.map(({ cause }) => cause);
  };
  const quick = { ...slow, scan_interval_seconds: 1 };
  expect(causesAfter(0, slow)).toEqual([]);
  expect(causesAfter(60, quick)).toEqual([]);
  expect(causesAfter(60, quick)).toEqual(["starved"]);
});

test("a clock that is set covers a beat too that this very round is the first to read", () => {
  const { cell, settings } = settingsOf({});
  const clock = simulatedClock();
  // Time passes while a round reads.
  const monotonic = () => (clock.pass(0.001), clock.monotonic());
  const scanner = startScanner({ ...clock, monotonic });
  scanner.scan(settings);
  clock.pass(60);
  writeJson(cell, CELL_FILES.heartbeat, { timestamp: clock.now().toISOString(), state: "working" });
  clock.step(3 * 3600);
  const { report, suspicions } = scanner.scan(settings);
  expect(report.cells.map(({ problems }) => problems[0]?.code)).toEqual(["heartbeat-old"]);
  expect(report.cells.map((each) => suspicions.covers(each)?.cause)).toEqual(["clock-step"]);
});
