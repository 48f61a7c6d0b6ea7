import { expect, test } from "bun:test";
import fc from "fast-check";
import type { ProcessWitness } from "../../lib/contract/facts.ts";
import { CELL_DIRS } from "../../lib/contract/cell.ts";
import { type Mission, MISSION_STATUSES } from "../../lib/contract/mission.ts";
import { classify, classifyByTable } from "../../lib/verdict/classify.ts";
import { freshBeatOf } from "../../lib/verdict/fresh-beat.ts";
import { idOf } from "../tools/cells.ts";
import { factsOf, ID, LIMITS, NOON } from "../tools/facts.ts";

const FLAW = { outcome: "unreadable", why: "it may not be read" } as const;
const WITNESSES: ProcessWitness[] = [
  { seen: "alive" },
  { seen: "gone" },
  { seen: "unknown", why: "it is hidden" },
  { seen: "other-boot", uptimeSeconds: 60 },
];
/** Mostly the first value, which is that of a sound cell. */
const mostly = <T>(sound: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(sound) }, fc.constantFrom(sound, ...others));
const at = (age: number) => new Date(NOON.getTime() - age * 1000).toISOString();
const ages = fc.constantFrom(-61, -60, -1, 0, 4, 5, 29, 120, 121, 300, 301, 3600, 86_401);
const ids = mostly<string | undefined>(ID, ID.toUpperCase(), idOf(2), undefined);

const facts = fc
  .record({
    age: ages,
    status: mostly<Mission["status"]>("active", ...MISSION_STATUSES),
    state: mostly("working", "initialized", "waiting", "idle", "stuck", "exiting"),
    ids: fc.tuple(ids, ids, ids),
    updated: fc.option(ages, { nil: undefined }),
    limit: fc.constantFrom(undefined, 0, 120, 10_000),
    interval: fc.constantFrom(undefined, 1, 30),
    seq: fc.constantFrom(0, 1, undefined),
    activity: mostly(undefined, { what: "build", expect_seconds: 600 }),
    exit: mostly(undefined, { code: 0, at: at(0) }, { code: 1, at: at(0) }),
    other: mostly(undefined, { pid: 2, at: at(10) }, { pid: 2, at: at(90_000) }),
    witness: mostly(undefined, ...WITNESSES),
    flaw: mostly(undefined, ...CELL_DIRS, "self", "log", "mission", "config", "heartbeat"),
    lostClone: mostly(undefined, "https://example.org/x.git"),
    onEvents: fc.boolean(),
  })
  .map((made) => {
    const { flaw } = made;
    const sound = factsOf({
      age: made.age,
      mission: {
        mission_id: made.ids[0] ?? ID,
        status: made.status,
        ...(made.updated === undefined ? {} : { updated_at: at(made.updated) }),
      },
      config: { mission_id: made.ids[1], stale_after_seconds: made.limit },
      heartbeat: {
        mission_id: made.ids[2],
        state: made.state,
        interval_seconds: made.interval,
        seq: made.seq,
        activity: made.activity,
        exit: made.exit,
        other_writer: made.other,
        on_events: made.onEvents,
      },
      ...(flaw === undefined ? {} : isDir(flaw) ? { dirs: { [flaw]: FLAW } } : { [flaw]: FLAW }),
    });
    return { ...sound, processWitness: made.witness, lostClone: made.lostClone };
  });
const isDir = (part: string): boolean => CELL_DIRS.some((dir) => dir === part);

test("the table agrees with the verdict on each cell that is judged without it", () => {
  let fresh = 0;
  const RUNS = 10_000;
  fc.assert(
    fc.property(facts, (each) => {
      if (freshBeatOf(each, LIMITS, NOON) !== undefined) fresh += 1;
      expect(classify(each, LIMITS, NOON)).toEqual(classifyByTable(each, LIMITS, NOON));
    }),
    { numRuns: RUNS },
  );
  // Without such cells the comparison would prove nothing.
  expect(fresh).toBeGreaterThan(RUNS / 20);
});
