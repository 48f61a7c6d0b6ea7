/**
 * libfaketime sets the daemon's clock back and forth: an agent that runs is left alone, and a dead
 * one gets each attempt at most once, after delays that the monotonic clock measures.
 */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import {
  claimsOf,
  type Daemon,
  DEAD,
  namesIn,
  type Place,
  placeOf,
  rounds,
  stopDaemons,
  until,
} from "../tools/supervised.ts";

stopDaemons();
/** Less than five, so that no suspicion of the observer keeps the daemon from acting. */
const LIVING = [1, 2, 3, 4].map(idOf);
const DEAD_ID = idOf(9);
const BEAT_MS = 500;
/** Several seconds: the machine may be busy, and the agents' beats late. */
const LIMIT = 6;
const STEPS = ["+3600", "-3600", "+45", "-45", "+86400", "+7", "-7", "+0", "+3600", "-86400"];

const TIMES = { delay_seconds: 2, jitter: 0, max_delay_seconds: 2, reset_after_seconds: 1 };

interface Stage {
  readonly place: Place;
  readonly daemon: Daemon;
  /** Sets the difference between the daemon's clock and the real one, in seconds. */
  readonly set: (seconds: string) => void;
}

/** A daemon with a clock of its own, and agents that beat by the real one. */
function makeStage(policy: object): Stage {
  const place = placeOf();
  place.configure({ stale_after_seconds: LIMIT, revive: [{ command: place.DO, ...policy }] });
  const clock = join(place.here, "clock");
  const set = (seconds: string) => writeFileSync(clock, `${seconds}\n`);
  set("+0");
  for (const id of LIVING) writeCell(place.root, id, { heartbeat: DEAD.heartbeat });
  const daemon = place.startIn({
    LD_PRELOAD: "/usr/$LIB/faketime/libfaketimeMT.so.1",
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: "1",
    DONT_FAKE_MONOTONIC: "1",
    NO_FAKE_STAT: "1",
  });
  return { place, daemon, set };
}

/** Lets the agents live while `act` goes on. */
async function whileTheyBeat({ root }: Place, act: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {
    for (const id of LIVING) beat(join(root, id, CELL_FILES.heartbeat));
  }, BEAT_MS);
  await act().finally(() => clearInterval(timer));
}

function beat(file: string): void {
  const timestamp = new Date().toISOString();
  writeFileSync(`${file}.new`, JSON.stringify({ ...DEAD.heartbeat, timestamp, state: "working" }));
  renameSync(`${file}.new`, file);
}

/** Sets the clock to each of the steps, and gives the problems that the reports told of meanwhile. */
async function step({ place, set }: Stage): Promise<Set<string>> {
  const met = new Set<string>();
  for (const seconds of STEPS) {
    set(seconds);
    const off = 1000 * Number(seconds);
    // The daemon must have seen that clock; else nothing was tried.
    await until(() => Math.abs(Date.parse(place.report().generated_at) - Date.now() - off) < 3000);
    for (const { problems } of place.report().cells) met.add(problems[0]?.code ?? "none");
    await rounds(place);
  }
  return met;
}

const lack = lacking("faketime");

describe.skipIf(lack !== "")(`under a clock that is set back and forth${lack}`, () => {
  test.concurrent("nothing is done for agents that beat", async () => {
    const stage = makeStage({});
    const { place, daemon } = stage;
    await whileTheyBeat(place, async () => {
      await until(() => place.report().summary.healthy === LIVING.length);
      const met = await step(stage);
      // The daemon was wrong about them, in both directions, and knew not to act.
      expect([...met].toSorted()).toEqual(["heartbeat-ahead", "heartbeat-old", "none"]);
    });
    expect(place.done()).toEqual([]);
    // The store's own mark is there, and no attempt.
    expect(namesIn(join(place.folder, "attempts"))).toEqual(["store.json"]);
    const { code, stderr } = await daemon.stop();
    expect(code).toBe(0);
    expect(stderr).toStartWith(place.MADE);
    expect(stderr).toContain("suspicion clock-step");
    expect(stderr.slice(place.MADE.length)).not.toContain("attempt");
  });

  test.concurrent(
    "a dead one is tried once a number, and no sooner than its wait allows",
    async () => {
      const stage = makeStage({ ...TIMES, attempts: 50 });
      const { place, daemon } = stage;
      writeCell(place.root, DEAD_ID, DEAD);
      await whileTheyBeat(place, async () => {
        await until(() => place.done().length === 1);
        await step(stage);
        stage.set("+0");
        const before = place.done().length;
        await until(() => place.done().length > before + 1);
      });
      await daemon.stop();
      const claims = claimsOf(place, DEAD_ID);
      expect(place.done()).toEqual(claims.map(({ number }) => `${DEAD_ID} ${number}`));
      expect(claims.map(({ number }) => number)).toEqual(claims.map((_, at) => at + 1));
      for (const [at, { uptime_seconds }] of claims.slice(1).entries())
        expect(uptime_seconds - (claims[at]?.uptime_seconds ?? 0)).toBeGreaterThanOrEqual(LIMIT);
    },
  );
});
