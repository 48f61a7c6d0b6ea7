import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { loadSettings } from "../../lib/cli/settings.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { acceptRoot } from "../../lib/supervise/status/accepted-root.ts";
import { startNotifier } from "../../lib/supervise/notify/notifier.ts";
import { lockRoot } from "../../lib/supervise/store/root-lock.ts";
import { startRoundRunner } from "../../lib/supervise/daemon/round.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import type { Report } from "../../lib/contract/report.ts";
import { OperatorError } from "../../lib/base/errors.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";
import { code, FILES } from "../tools/house.ts";
import { claimsOf, DEAD, type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** The interval of the rounds. A beat must be unchanged for two of them before a revival. */
const STEP_SECONDS = 1;

/** A place with one dead cell, and the daemon's rounds on it by a clock that only `step` moves. */
function stage(more: object = {}) {
  const place = placeOf();
  writeCell(place.root, ID, DEAD);
  place.configure({ revive: [{ command: place.DO, delay_seconds: 600 }], ...more });
  const settings = loadSettings({ config: place.config });
  const store = openStore(storePathsOf(settings), new Date(), () => {});
  const clock = simulatedClock();
  const errors = startErrorReporter("supervise");
  const rounds = startRoundRunner({
    store,
    rootLock: lockRoot(settings.root, store),
    notifier: startNotifier({ store, errors }),
    errors,
    output: join(place.here, "report.json"),
    clock,
    fleetFacts: undefined,
  });
  const step = (seconds = STEP_SECONDS) => {
    clock.pass(seconds);
    return rounds.run(settings);
  };
  return { place, clock, store, step, end: () => rounds.drain(settings) };
}

const attempts = (place: Place) => claimsOf(place, ID).length;

test("supervise revives no agent that still beats, however old the times in its beats are", async () => {
  const { place, step, end } = stage();
  for (let beats = 0; beats < 10; beats++) {
    writeCell(place.root, ID, { ...DEAD, age: 3600 + beats });
    expect(step()).toMatchObject({ summary: { stale: 1 } });
  }
  expect(attempts(place)).toBe(0);
  // The same cell, now silent.
  step();
  expect(attempts(place)).toBe(0);
  step();
  expect(attempts(place)).toBe(1);
  await end();
});

test("supervise revives no cell at once when a root comes back", async () => {
  const { place, step, end } = stage();
  for (let times = 0; times < 3; times++) {
    // The time before and after the gap must not add up to two seconds.
    step();
    step();
    renameSync(place.root, `${place.root}.away`);
    for (let rounds = 0; rounds < 5; rounds++) expect(step()).toBeInstanceOf(OperatorError);
    renameSync(`${place.root}.away`, place.root);
  }
  expect(place.events().filter(({ event }) => event === "root-back")).toHaveLength(2);
  step();
  step();
  expect(attempts(place)).toBe(0);
  step();
  expect(attempts(place)).toBe(1);
  await end();
});

test("supervise revives no agent at once whose mission was resumed after a long pause", async () => {
  const { place, step, end } = stage();
  const mission = join(place.root, ID, "meta/mission.json");
  const setStatus = (status: string) => {
    const before = JSON.parse(readFileSync(mission, "utf8")) as object;
    writeFileSync(mission, JSON.stringify({ ...before, status }));
  };
  setStatus("paused");
  for (let rounds = 0; rounds < 20; rounds++) step();
  setStatus("active");
  // Missions are read every sixth round.
  for (let rounds = 0; rounds < 6; rounds++) if ((step() as Report).summary.stale === 1) break;
  expect(attempts(place)).toBe(0);
  step();
  expect(attempts(place)).toBe(0);
  step();
  expect(attempts(place)).toBe(1);
  await end();
});

const causesIn = (place: Place) =>
  place.events().flatMap(({ event, cause }) => (cause === undefined ? [] : `${event} ${cause}`));

test("supervise tells that its clock was set, and not that the agents fell silent", async () => {
  const { place, clock, step, end } = stage({ stale_after_seconds: 20 });
  const ids = [1, 2, 3].map(idOf);
  const beat = () => {
    const age = (Date.now() - clock.now().getTime()) / 1000;
    for (const id of ids) writeCell(place.root, id, { age, heartbeat: { seq: 7 } });
  };
  beat();
  for (let rounds = 0; rounds < 30; rounds++) {
    if (rounds % 5 === 0) beat();
    step();
  }
  clock.step(3 * 3600);
  expect(step()).toMatchObject({
    suspicion: { cause: "clock-step" },
    summary: { stale: 3 },
  });
  beat();
  for (let rounds = 0; rounds < 5; rounds++) step();
  expect(causesIn(place)).toEqual(["suspect clock-step", "suspect-over clock-step"]);
  expect(attempts(place)).toBe(0);
  await end();
});

test("supervise acts on nothing in another root, until an operator accepts it", async () => {
  const { place, clock, store, step, end } = stage();
  writeCell(place.root, idOf(2), { status: "paused" });
  step();
  renameSync(place.root, `${place.root}.away`);
  mkdirSync(place.root);
  writeCell(place.root, ID, { ...DEAD, age: 3600 });
  for (let rounds = 0; rounds < 10; rounds++) step();
  expect(step()).toMatchObject({ suspicion: { cause: "root-replaced" } });
  expect(attempts(place)).toBe(0);
  acceptRoot(store, place.root, clock.now());
  for (let rounds = 0; rounds < 4; rounds++) step();
  expect(causesIn(place)).toEqual(["suspect root-replaced", "suspect-over root-replaced"]);
  expect(attempts(place)).toBe(1);
  await end();
});

/** Reading a clock of the host: only the scripts do, and hand a `Clock` down. */
const READS_A_CLOCK =
  /new Date\(\)|Date\.now|performance\.|uptimeSeconds\(|\bbootId\(|hostClock\(|Bun\.nanoseconds|hrtime/;

test.each(FILES.filter((file) => file.startsWith("lib/supervise/")))(
  "%s reads no clock of the host by itself",
  (file) => {
    expect(code(file).match(READS_A_CLOCK)?.[0]).toBeUndefined();
  },
);

test("an hour of rounds passes in a test, and the breaker opens after three attempts", async () => {
  const { place, step, end } = stage({ scan_interval_seconds: 10 });
  for (let seconds = 0; seconds < 3600; seconds += 10) {
    const before = attempts(place);
    step(10);
    // The command itself is real: the next round knows that it ended.
    if (attempts(place) > before) await until(() => place.done().length > before);
    await Bun.sleep(0);
  }
  expect(attempts(place)).toBe(3);
  await end();
});
