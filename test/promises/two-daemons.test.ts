/**
 * No attempt twice, also when two daemons own one root: a flock(1) that lets everyone in makes
 * both believe it. Each of 200 incidents gets one first attempt, from one of the two daemons.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  claimsOf,
  DEAD,
  type Place,
  placeOf,
  rounds,
  stopDaemons,
  until,
} from "../tools/supervised.ts";

stopDaemons();
const INCIDENTS = 200;
/** Far enough apart that the silences have no common cause. */
const APART_SECONDS = 120;

/** A PATH whose flock(1) grants every lock. */
function lawless({ here }: Place): string {
  writeFileSync(join(here, "flock"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(here, "flock"), 0o755);
  return `${here}:${process.env["PATH"]}`;
}

test("two daemons on one root make one first attempt for each of 200 dead missions", async () => {
  const place = placeOf();
  const once = { delay_seconds: 3600, budget_per_round: 1000 };
  // Each command also prints the pid of the daemon that started it.
  const say = `${place.DO[2]?.replace("$MISSION_ATTEMPT", "$MISSION_ATTEMPT $PPID")}`;
  // On a busy machine a scan of 200 cells takes seconds; if it took three intervals, the watch would start again.
  const scan_interval_seconds = 5;
  place.configure({ scan_interval_seconds, revive: [{ command: ["sh", "-c", say], ...once }] });
  const ids = Array.from({ length: INCIDENTS }, (_, n) => idOf(n));
  for (const [n, id] of ids.entries())
    writeCell(place.root, id, { ...DEAD, age: DEAD.age + n * APART_SECONDS });
  const PATH = lawless(place);
  const daemons = [place.startIn({ PATH }), place.startIn({ PATH })];
  await until(() => place.done().length >= INCIDENTS);
  // A second attempt would come in the next rounds.
  await rounds(place);
  const ends = await Promise.all(daemons.map((daemon) => daemon.stop()));
  // Their other lines differ: one created the state directory, and each reports missions and attempts.
  for (const { code, stderr } of ends) {
    expect(code).toBe(0);
    expect(stderr).not.toContain("error:");
  }

  const done = place.done().map((line) => line.split(" "));
  expect(done.map(([id, number]) => `${id} ${number}`).toSorted()).toEqual(
    ids.map((id) => `${id} 1`),
  );
  for (const id of ids) expect(claimsOf(place, id), id).toHaveLength(1);
  // Both made attempts; otherwise there was no race.
  expect(new Set(done.map(([, , starter]) => starter)).size).toBe(2);
});
