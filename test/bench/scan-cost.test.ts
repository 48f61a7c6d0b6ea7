/**
 * What a scan costs beside other programs that look at the same cells. All of them must give the same
 * verdicts before anything is measured.
 *
 * `npm run bench` writes the table of test/bench/results.md; with `--quick` it leaves out the largest
 * root, and writes nothing.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { type Costs, costsOf, leastOf } from "../tools/cost.ts";
import { lacking } from "../tools/needs.ts";
import { command, MEMORY, run, scratch } from "../tools/program.ts";
import { type Measured, QUICK, resultsText } from "../tools/results.ts";
import { writeRoot } from "../tools/roots.ts";
import {
  buildYardstick,
  digestOf,
  findSilent,
  naiveScan,
  silentIn,
  verdictsIn,
} from "../tools/yardstick.ts";

const ROUNDS = 7;
/** The age limit that all programs apply: the default of scan. */
const LIMIT_SECONDS = 300;
/** CPU in multiples of the yardstick's. Measured: 3.2 to 4.9 for 1,000 cells, 2.8 to 3.9 for 10,000, 1.9 for 100,000. */
const MOST = { 1000: 7, 10_000: 5.5, 100_000: 4 } as const;
/** The memory of a scan, in megabytes. Measured with --ndjson and --json: 53 and 56; 82 and 84; 94 and 121. */
const MOST_MEMORY = { 1000: 80, 10_000: 125, 100_000: 170 } as const;
const SIZES = ([1000, 10_000, 100_000] as const).filter((size) => size <= 10_000 || !QUICK);

const folder = scratch(MEMORY);
const lack = lacking("gcc", "python3", "find");
const yardstick = lack === "" ? await buildYardstick(folder) : "";
const peak = lack === "" ? await buildYardstick(folder, "peak") : "";
const measured: Measured[] = [];

/** The memory that a program holds at most, in megabytes. */
const peakOf = async (argv: readonly string[]): Promise<number> =>
  Number((await run([peak, ...argv])).stderr) / 1024;

describe.skipIf(lack !== "").each(SIZES)(`a scan of %d cells${lack}`, (size) => {
  const root = join(folder, `missions-${size}`);
  const scan = [...command("executable", "scan"), "--root", root];
  const programs = {
    "scan --json": [...scan, "--json"],
    "scan --ndjson": [...scan, "--ndjson"],
    "C, the same reads": [yardstick, root, String(LIMIT_SECONDS)],
    "naive Python": naiveScan(root, LIMIT_SECONDS),
    "find, ages only": findSilent(root, LIMIT_SECONDS),
  };

  test("gives the verdicts that the other programs give", async () => {
    writeRoot(root, size);
    const lists = ["scan --ndjson", "C, the same reads", "naive Python"] as const;
    const outputs = await Promise.all(
      lists.map(async (name) => (await run(programs[name])).stdout),
    );
    const digests = outputs.map((output) => digestOf(verdictsIn(output)));
    expect(digests).toEqual(digests.map(() => digestOf(verdictsIn(outputs[1] ?? ""))));
    expect(verdictsIn(outputs[0] ?? "").length).toBe(size);
    const silent = (await run(programs["find, ages only"])).stdout;
    expect(silentIn(silent)).toEqual(silentIn(outputs[0] ?? ""));
  });

  test(`takes at most ${MOST[size]} times the CPU of the same in C, and ${MOST_MEMORY[size]} MB`, async () => {
    const costs = await costsOf(Object.values(programs), ROUNDS);
    for (const [at, [program, argv]] of Object.entries(programs).entries())
      measured.push({ size, program, peak: await peakOf(argv), ...(costs[at] as Costs) });
    console.log(resultsText(measured.filter((each) => each.size === size)));
    const [json = 0, ndjson = 0, c = 1] = costs.map(({ cpu }) => leastOf(cpu));
    expect(Math.max(json, ndjson) / c).toBeLessThanOrEqual(MOST[size]);
    const scans = measured.filter((each) => each.size === size && each.program.startsWith("scan"));
    for (const { peak: held } of scans) expect(held).toBeLessThanOrEqual(MOST_MEMORY[size]);
  });
});

// A test that is skipped on purpose would read like one that lacks something.
if (!QUICK)
  test.skipIf(lack !== "")(`writes the table${lack}`, () => {
    expect(measured.length).toBe(5 * SIZES.length);
    writeFileSync(join(import.meta.dir, "results.md"), `# Costs\n\n${resultsText(measured)}`);
  });
