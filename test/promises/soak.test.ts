/**
 * 5,000 cells, a tenth of which beat between two rounds: a round takes about the CPU of one scan
 * of the same cells, or less, and neither the daemon's memory nor its descriptors grow. Two
 * minutes; for longer set LAZARUS_PIT_SOAK_SECONDS.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { leastCpu, ratioText } from "../tools/cost.ts";
import { holdings } from "../tools/endpoint.ts";
import { command } from "../tools/program.ts";
import { type Place, placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();
const SECONDS = Number(process.env["LAZARUS_PIT_SOAK_SECONDS"] ?? 130);
const CELLS = 5000;
const INTERVAL = 10;
const BEATS_A_SECOND = CELLS / 10 / INTERVAL;
/** The second from which growth counts. */
const SETTLED = 60;
/** Seconds at both ends of the measurement whose middle values are compared. */
const WINDOW = 25;
/** `scans`: the CPU of a round against that of a scan; measured: 0.62 to 0.67. */
const LIMITS = { scans: 1.25, megabytes: 5, descriptors: 0 };

/** Seconds of CPU, user and system, that a process and its ended children took. */
function cpuOf(pid: number): number {
  const [, fields = ""] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  // The kernel counts hundredths of a second; the 14th to the 17th field of the line.
  const ticks = fields.split(" ").slice(11, 15).map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) / 100;
}

/** The cells, the age of their beats spread, and none so old that it is stale before its next. */
function makeCells({ root }: Place): void {
  for (let n = 0; n < CELLS; n++) writeCell(root, idOf(n), { age: n % 150 });
}

function beat(file: string): void {
  const before = JSON.parse(readFileSync(file, "utf8")) as object;
  const timestamp = new Date().toISOString();
  writeFileSync(`${file}.new`, JSON.stringify({ ...before, timestamp }));
  renameSync(`${file}.new`, file);
}

/** The middle of what was seen: a round under way holds more for a moment. */
const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test(
  `5,000 cells for ${SECONDS} s cost little, and nothing grows`,
  async () => {
    const place = placeOf();
    // The usual times of a host; few agents are revived, because the test measures the rounds.
    const usual = { min_stale_after_seconds: 30, stale_after_seconds: 300, fire_after: 2 };
    place.configure({
      ...usual,
      scan_interval_seconds: INTERVAL,
      revive: [{ command: ["true"] }],
    });
    makeCells(place);
    const daemon = place.start("executable");
    const { pid } = daemon;
    const started = performance.now();
    const held: ReturnType<typeof holdings>[] = [];
    for (let second = 1, next = 0; second <= SECONDS; second++) {
      for (let beats = 0; beats < BEATS_A_SECOND; beats++)
        beat(join(place.root, idOf(next++ % CELLS), CELL_FILES.heartbeat));
      await Bun.sleep(Math.max(0, started + 1000 * second - performance.now()));
      held.push(holdings(pid));
    }
    const rounds = (performance.now() - started) / 1000 / INTERVAL;
    const cpuOfRound = (1000 * cpuOf(pid)) / rounds;
    const report = place.report();
    const { code, stderr } = await daemon.stop();
    expect(code).toBe(0);
    expect(stderr).toStartWith(place.MADE);
    expect(stderr).not.toContain("error:");

    const scan = [...command("executable", "scan"), `--root=${place.root}`, "--json"];
    const [cpuOfScan = 0] = await leastCpu([scan], 5);
    const grown = (what: "megabytes" | "descriptors") => {
      const values = held.map((each) => each[what]);
      return middleOf(values.slice(-WINDOW)) - middleOf(values.slice(SETTLED, SETTLED + WINDOW));
    };
    const [megabytes, descriptors] = [grown("megabytes"), grown("descriptors")];
    console.log(
      `${ratioText("a round of 5,000 cells, against a scan", cpuOfRound, cpuOfScan)}; ${held.at(-1)?.megabytes.toFixed(0)} MB, ${megabytes.toFixed(1)} MB more than after the first minute`,
    );
    // It was at work to the end, and nothing had happened to its cells.
    expect(report.summary).toMatchObject({ total: CELLS, healthy: CELLS });
    expect(Date.now() - Date.parse(report.generated_at)).toBeLessThan(3000 * INTERVAL);
    expect(cpuOfRound / cpuOfScan).toBeLessThan(LIMITS.scans);
    expect(megabytes).toBeLessThan(LIMITS.megabytes);
    expect(descriptors).toBe(LIMITS.descriptors);
  },
  (SECONDS + 120) * 1000,
);
