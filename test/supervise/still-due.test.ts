/**
 * A cell is read again before its attempt is claimed, and once more while the command is held: what
 * changes in between ends the attempt, which then was never made.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { loadSettings } from "../../lib/cli/settings.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import type { RevivableCode } from "../../lib/contract/revive-policy.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { startReviver } from "../../lib/supervise/revive/reviver.ts";
import { holdAll } from "../../lib/supervise/orders/hold-store.ts";
import { openStatusMemory } from "../../lib/supervise/status/status-memory.ts";
import { startScanner } from "../../lib/supervise/status/incremental-scan.ts";
import type { ObservedCell } from "../../lib/view/observed-cell.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import { openStore, type Store } from "../../lib/supervise/store/store.ts";
import { monitorStore } from "../../lib/supervise/store/store-monitor.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";
import { claimsOf, DEAD, namesIn, placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** Less than the age limit of the cell. */
const STEP_SECONDS = 1;

/** What a look at the cell finds; the first look before an attempt has number 1. */
type Look = (observed: ObservedCell, number: number, store: Store) => ObservedCell;

/** The same cells with another problem. */
const withCode = (cells: ReadonlyMap<string, ObservedCell>, code: RevivableCode) =>
  new Map(
    [...cells].map(([id, { cell, ...observed }]) => {
      const problems = cell.problems.map((each) => ({ ...each, code }));
      return [id, { ...observed, cell: { ...cell, problems } }] as const;
    }),
  );

/** Runs rounds until an attempt is due and over, with every look before it passed through `look`. */
async function actWith(look: Look, code?: RevivableCode) {
  const place = placeOf();
  const cell = writeCell(place.root, ID, DEAD);
  place.configure({ revive: [{ command: place.DO, delay_seconds: 600 }] });
  const settings = loadSettings({ config: place.config });
  const clock = simulatedClock();
  const store = openStore(storePathsOf(settings), clock.now(), () => {});
  const errors = startErrorReporter("test");
  const memory = openStatusMemory(store, clock.now());
  const scanner = startScanner(clock);
  const looks: ObservedCell[] = [];
  const reviver = startReviver({
    store,
    monitor: monitorStore(store, errors),
    scanner: {
      ...scanner,
      scanCell(root, id, policy) {
        const observed = scanner.scanCell(root, id, policy);
        const [found = observed] =
          code === undefined ? [] : withCode(new Map([[id, observed]]), code).values();
        return look(found, looks.push(observed), store);
      },
    },
    memory,
    errors,
    addRecorded: ({ write }) => write(),
    clock,
    fleetFacts: undefined,
  });
  let round = 0;
  for (; looks.length === 0; round++) {
    if (round > 10) throw new Error("No attempt was due");
    clock.pass(STEP_SECONDS);
    const scan = scanner.scan(settings);
    memory.update(scan.report, scan.suspicions, settings);
    const cells = code === undefined ? scan.cells : withCode(scan.cells, code);
    reviver.update({ ...scan, cells }, settings);
    await reviver.drain();
  }
  const log = readFileSync(join(cell, CELL_FILES.log), "utf8");
  return { place, looks: looks.length, log, rounds: round };
}

test("a mission that stays dead is looked at twice before its command starts", async () => {
  const { place, looks, log } = await actWith((observed) => observed);
  expect(looks).toBe(2);
  expect(place.done()).toEqual([`${ID} 1`]);
  expect(claimsOf(place, ID)).toHaveLength(1);
  expect(log).toContain('"event":"revive"');
});

test.each(["crashed", "process-gone"] as const)(
  "%s is acted upon in the second round",
  async (code) => {
    const { place, rounds } = await actWith((observed) => observed, code);
    expect(rounds).toBe(2);
    expect(place.done()).toEqual([`${ID} 1`]);
  },
);

type Change = (observed: ObservedCell, store: Store) => ObservedCell;

const CHANGES: Readonly<Record<string, Change>> = {
  "a new beat": (observed) => ({ ...observed, digest: "b".repeat(16) }),
  "a process that lives": (observed) => ({
    ...observed,
    evidence: { ...observed.evidence, process: "alive" },
  }),
  "a healthy verdict": ({ cell, ...observed }) => ({
    ...observed,
    cell: { ...cell, problems: [] },
  }),
  "another problem": ({ cell, ...observed }) => ({
    ...observed,
    cell: { ...cell, problems: cell.problems.map((each) => ({ ...each, code: "crashed" })) },
  }),
  "a mission that ended": ({ cell, ...observed }) => ({
    ...observed,
    cell: { ...cell, mission_status: "completed" },
  }),
  "an order": (observed, store) => {
    holdAll(store, { at: new Date().toISOString() });
    return observed;
  },
};
const CASES = [1, 2].flatMap((look) =>
  Object.entries(CHANGES).map(([what, change]) => [what, look, change] as const),
);

test.each(CASES)("%s at look %d ends the attempt without a trace", async (_, at, change) => {
  const { place, looks, log } = await actWith((observed, number, store) =>
    number === at ? change(observed, store) : observed,
  );
  expect(looks).toBe(at);
  expect(place.done()).toEqual([]);
  expect(namesIn(join(place.folder, "attempts", ID))).toEqual([]);
  expect(log).toBe("");
});
