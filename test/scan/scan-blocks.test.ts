import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { printableJson } from "../../lib/base/printable.ts";
import { observeCell } from "../../lib/cell/observe.ts";
import { openRoot, type Root } from "../../lib/host/files/directory.ts";
import { chooseSyscalls } from "../../lib/host/syscalls/plan.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { reportCell } from "../../lib/verdict/report.ts";
import { addTally, newTally } from "../../lib/verdict/tally.ts";
import { BLOCK_CELLS, type BlockForm, unpackBlock } from "../../lib/scan/block.ts";
import { BLOCKS_AHEAD, startHelper } from "../../lib/scan/scan-helper.ts";
import { packIds } from "../../lib/scan/packed-ids.ts";
import { type HelperRule, scanBlocks } from "../../lib/scan/scan-blocks.ts";
import { scanRoot } from "../../lib/scan/scan.ts";
import { reportPieces } from "../../lib/scan/stream.ts";
import type { ReportCell, Report } from "../../lib/contract/report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { HOSTILE, OUTSIDE } from "../tools/hostile.ts";
import { LIMITS } from "../tools/facts.ts";
import { MEMORY, scratch } from "../tools/program.ts";

const SCRIPT = join(import.meta.dir, "../../bin/scan.ts");
/** More than both threads may take at once, and no whole number of blocks. */
const CELLS = BLOCK_CELLS * (BLOCKS_AHEAD + 4) + 7;
const ALONE: HelperRule = { minCells: Infinity, script: SCRIPT };
const HELPED: HelperRule = { minCells: 0, script: SCRIPT };
const STATUSES = ["healthy", "stale", "incomplete", "uninitialized"] as const;
const now = new Date();

const base = scratch(MEMORY);
const path = join(base, "missions");
let root: Root;
let expected: ReportCell[];
const ids = Array.from({ length: CELLS }, (_, n) => idOf(n));

/** Hostile cells, fresh and late ones, and many that are empty directories. */
beforeAll(() => {
  mkdirSync(path);
  writeCell(base, OUTSIDE);
  for (const [n, id] of ids.entries()) {
    const hostile = HOSTILE[n % (4 * HOSTILE.length)];
    if (hostile !== undefined && n < HOSTILE.length) hostile.make(writeCell(path, id));
    else if (n % 3 === 0) writeCell(path, id, { age: n, title: `été ${n}\u202e`, state: "idle" });
    else mkdirSync(join(path, id));
  }
  root = openRoot(path);
  expected = ids.map((id) => {
    const facts = observeCell(root, id, chooseSyscalls("proc"));
    return reportCell(facts, classify(facts, LIMITS, now));
  });
});
afterAll(() => root.close());

const requestFor = (form: BlockForm, statuses: readonly ReportCell["status"][] = STATUSES) => ({
  root,
  ids: [],
  limits: LIMITS,
  now,
  form,
  statuses,
});

/** The cells of all blocks, from their text, and what their tallies add up to. */
function scanned(form: BlockForm, rule: HelperRule) {
  const tally = newTally();
  const texts: string[] = [];
  for (const block of scanBlocks(requestFor(form), ids, rule)) {
    addTally(tally, block.tally);
    const bytes = form === "json" ? unpackBlock(block.bytes) : block.bytes;
    texts.push(new TextDecoder().decode(bytes));
  }
  const list =
    form === "json" ? texts.join("").slice(1) : texts.join("").trim().replaceAll("\n", ",");
  return { cells: JSON.parse(`[${list}]`) as ReportCell[], tally };
}

describe("a scan in blocks judges each cell, in order, as one system call after the other does:", () => {
  test.each([
    ["json", "alone", ALONE],
    ["json", "with a helper", HELPED],
    ["ndjson", "alone", ALONE],
    ["ndjson", "with a helper", HELPED],
  ] as const)("%s, %s", (form, _, rule) => {
    const { cells, tally } = scanned(form, rule);
    expect(cells).toEqual(expected);
    const { summary } = scanRoot(requestFor(form));
    expect(tally.summary).toEqual(form === "json" ? summary : newTally().summary);
  });

  test.each([
    ["dies at once", "/nowhere/scan.ts"],
    ["does nothing", join(import.meta.dir, "../../lib/base/argv.ts")],
  ])("with a helper that %s", (_, script) => {
    expect(scanned("ndjson", { minCells: 0, script }).cells).toEqual(expected);
  });
});

test("a helper finishes blocks, and no more than the output can take", () => {
  using helper = startHelper(SCRIPT, requestFor("ndjson"), packIds(ids));
  const numbers: number[] = [];
  const wait = new Int32Array(new SharedArrayBuffer(4));
  while (numbers.length < BLOCKS_AHEAD) {
    for (const { block } of helper.received()) numbers.push(block);
    Atomics.wait(wait, 0, 0, 1);
  }
  expect(numbers).toEqual(Array.from({ length: BLOCKS_AHEAD }, (_, n) => n));
  expect(helper.nextBlock()).toBeLessThanOrEqual(BLOCKS_AHEAD + 1);
});

/** The report of reportPieces(), and the whole one of scanRoot(), with the same statuses. */
function bothReports(request: Parameters<typeof reportPieces>[0]): [Report, Report] {
  const text = Buffer.concat([...reportPieces(request)]).toString();
  const whole = scanRoot(request);
  const cells = whole.cells.filter(({ status }) => request.statuses.includes(status));
  expect(text).toBe(`${printableJson(JSON.parse(text), 2)}\n`);
  return [JSON.parse(text) as Report, { ...whole, cells }];
}

test("a report in pieces is the report that a scan returns, for any cells and statuses", () => {
  const some = fc.record({
    ids: fc.subarray(ids, { maxLength: 3 * BLOCK_CELLS }),
    statuses: fc.subarray([...STATUSES]),
  });
  fc.assert(
    fc.property(some, (changes) => {
      const [pieces, whole] = bothReports({ ...requestFor("json"), ...changes });
      expect({ ...pieces, duration_ms: 0 }).toEqual({ ...whole, duration_ms: 0 });
      expect(Object.keys(pieces)).toEqual(Object.keys(whole));
    }),
    { numRuns: 8 },
  );
});
