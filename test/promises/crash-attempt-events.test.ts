/**
 * What happens between two rounds is told, wherever supervise is killed. A mission is revived once and
 * then given up; SIGKILL meets each system call from the attempt's command on that changes the disk or
 * runs the receiver. After the next run the end of the attempt and the giving up are in the log and
 * with the receiver, once each.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Event, Message } from "../../lib/contract/event.ts";
import { buildExecutable } from "../../lib/dev/build.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { killAtEach, type Point, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { run, scratch } from "../tools/program.ts";
import { DEAD, namesIn, type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
const AT_ONCE = 4;
const CHANGES =
  /^(?:write|pwrite64|writev|fsync|rename\w*|link|linkat|unlink|unlinkat|mkdir|mkdirat|chown|fchown|vfork|wait4)$/;
const SPAWNING = ["vfork", "wait4"];
/** One attempt, then the breaker opens for longer than the test takes. */
const POLICY = { delay_seconds: 1, jitter: 0, timeout_seconds: 1, attempts: 1 };

const attempt = join(scratch(), "attempt");
const toGivingUp = (place: Place) => [attempt, place.config, "gave-up"];

function deathbed(): Place {
  const place = placeOf();
  const revive = [{ ...POLICY, command: place.DO }];
  place.configure({ stale_after_seconds: 1, notify: place.TELL, revive });
  writeCell(place.root, ID, DEAD);
  return place;
}

/** The events that the receiver got, of messages that may have come twice. */
function toldEvents(place: Place): Event[] {
  const messages = new Map<string, Message>(place.told().map((each) => [each.id, each]));
  expect(place.told()).toEqual(place.told().map(({ id }) => messages.get(id) as Message));
  return [...messages.values()].flatMap(({ events }) => events);
}

/** How often the attempt ended, and how often the mission was given up, by the records of that. */
function recorded({ folder }: Place): string[] {
  const names = namesIn(join(folder, "attempts", ID));
  const ended = names.filter((name) => name.endsWith(".outcome.json")).map(() => "attempted");
  const given = names.filter((name) => name.endsWith(".gave-up.json")).map(() => "gave-up");
  return [...ended, ...given];
}

const namesOf = (events: readonly Event[]): string[] =>
  events.map(({ event }) => event).filter((name) => name === "attempted" || name === "gave-up");

async function killAt(point: Point): Promise<boolean> {
  const place = deathbed();
  const { fired } = await runWithFault(toGivingUp(place), point, "signal=SIGKILL");
  const met = `${point.call} ${point.nth}: ${point.text}`;
  expect(await run(toGivingUp(place)), met).toMatchObject({ code: 0 });
  const expected = recorded(place);
  expect(expected, met).toContain("gave-up");
  // The receiver that the killed run started may still be writing.
  await until(() => namesOf(toldEvents(place)).length >= expected.length);
  expect(namesOf(toldEvents(place)), met).toEqual(expected);
  expect(namesOf(place.events()), met).toEqual(expected);
  const memory = readFileSync(join(place.folder, "memory.json"), "utf8");
  expect(JSON.parse(memory), met).not.toHaveProperty("queued");
  return fired;
}

async function pointsFromCommand(): Promise<Point[]> {
  await buildExecutable("../test/tools/attempt", attempt);
  const place = deathbed();
  const points = await pointsOf(toGivingUp(place), place.root, SPAWNING);
  const started = points.findIndex(({ text }) => text.includes("-0001.worker.json"));
  return points.slice(started).filter(({ call }) => CHANGES.test(call));
}

const lack = lacking("strace");
const points = lack === "" ? await pointsFromCommand() : [];

/** The index of the call that renames or links a file into place whose name contains `word`. */
const find = (word: string, from = 0) =>
  points.findIndex(
    ({ call, text }, at) => at >= from && /^(rename|link)/.test(call) && text.includes(word),
  );

describe.skipIf(lack !== "")(`the end of an attempt, and giving up${lack}`, () => {
  test("are kept on the disk before their records", () => {
    const kept = find("memory.json");
    const outcome = find("-0001.outcome.json");
    const keptAgain = find("memory.json", outcome);
    const steps = [kept, outcome, keptAgain, find("-0001.gave-up.json")];
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps).not.toContain(-1);
  });

  test("are told once, wherever supervise is killed", async () => {
    const fired = await killAtEach(points, killAt, AT_ONCE);
    expect(fired.length).toBeGreaterThan(20);
    expect(fired.filter(Boolean).length).toBeGreaterThan(0.8 * fired.length);
  });
});
