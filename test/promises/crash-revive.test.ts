/**
 * No attempt twice, wherever supervise is killed. One attempt, the daemon's own code, meets
 * SIGKILL at every system call from its claim to its event; the daemon itself is killed while
 * it claims, waits for its command and keeps the outcome. Each time it is run again: what its
 * commands saw, the claims on disk and `supervise history` must agree.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { buildExecutable } from "../../lib/dev/build.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { killAtEach, type Point, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { run, scratch } from "../tools/program.ts";
import { DEAD, type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** How many kills are tested at the same time: each waits for a backoff. */
const AT_ONCE = 6;
/** The calls by which a command is started and waited for, besides those on files. */
const SPAWNING = ["socketpair", "vfork", "pidfd_open", "epoll_ctl", "recvfrom", "wait4"];
/** A cell that is dead after a second, and a second between attempts. */
const DELAY = 1;
const POLICY = { delay_seconds: DELAY, jitter: 0, timeout_seconds: 1, attempts: 50 };

/** What the next daemon says of an attempt that was killed after its command had been started. */
const ADOPTED = /^(supervise: [-0-9a-f]+:? (adopted attempt 1|attempt \d+ (ended|failed)).*\n)*$/;

const attempt = join(scratch(), "attempt");

interface Told {
  readonly number: number;
  readonly claim?: { readonly uptime_seconds: number; readonly pid: number };
  /** The process of its command; absent once there is an outcome. */
  readonly worker?: { readonly pid: number };
  readonly outcome?: { readonly exit_code: number | null; readonly unwatched?: boolean };
}

function deathbed(command?: readonly string[]): Place {
  const place = placeOf();
  place.configure({
    stale_after_seconds: 1,
    revive: [{ command: command ?? place.DO, ...POLICY }],
  });
  writeCell(place.root, ID, DEAD);
  return place;
}

/** The attempts as an operator is told of them. */
async function historyOf(place: Place): Promise<Told[]> {
  const { code, stdout, stderr } = await place.call("executable", "history", ID, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as { attempts: Told[] }).attempts;
}

const numbersOf = (lines: readonly string[]) => lines.map((line) => Number(line.split(" ")[1]));
const notedIn = ({ root }: Place) =>
  [...readFileSync(join(root, ID, CELL_FILES.log), "utf8").matchAll(/"attempt":(\d+)/g)].map(
    ([, number]) => Number(number),
  );

/** Nothing happened twice, nothing without a claim, and nothing before its wait was over. */
function checkRecords(place: Place, attempts: readonly Told[], met: string): void {
  const numbers = attempts.map(({ number }) => number);
  expect(numbers, met).toEqual(numbers.map((_, at) => at + 1));
  const events = place.events().filter(({ event }) => event === "attempted");
  for (const seen of [
    numbersOf(place.done()),
    notedIn(place),
    events.map((event) => event.attempt ?? 0),
  ]) {
    expect(new Set(seen).size, met).toBe(seen.length);
    expect(numbers, met).toEqual(expect.arrayContaining(seen));
  }
  const claimed = attempts.map(({ claim }) => claim?.uptime_seconds ?? Number.NaN);
  for (const [at, moment] of claimed.slice(1).entries())
    expect(moment - (claimed[at] ?? 0), met).toBeGreaterThanOrEqual(DELAY);
}

/** Kills at one call, looks at what is left, and runs it again; true when it was killed. */
async function killAt(point: Point): Promise<boolean> {
  const place = deathbed();
  const { fired } = await runWithFault([attempt, place.config], point, "signal=SIGKILL");
  const met = `${point.call} ${point.nth}: ${point.text}`;
  const before = await historyOf(place);
  checkRecords(place, before, met);
  expect(before.length, met).toBeLessThanOrEqual(1);
  const again = await run([attempt, place.config]);
  expect(again, met).toMatchObject({ code: 0, stdout: "" });
  expect(again.stderr, met).toMatch(ADOPTED);
  const after = await historyOf(place);
  checkRecords(place, after, met);
  // No command did anything before the next daemon could find it.
  const found = before.filter(({ worker, outcome }) => (worker ?? outcome) !== undefined);
  expect(
    found.map(({ number }) => number),
    met,
  ).toEqual(expect.arrayContaining(numbersOf(place.done()).slice(0, -1)));
  // The next daemon only adds an end, of unknown exit code, to a command that outlived the killed one.
  expect(after.slice(0, -1), met).toEqual(before.map(endedUnwatched));
  expect(after.at(-1), met).toMatchObject({ number: before.length + 1, outcome: { exit_code: 0 } });
  expect(numbersOf(place.done()).at(-1), met).toBe(before.length + 1);
  return fired;
}

/** An attempt that was killed, as the next daemon leaves it. */
const endedUnwatched = ({ worker, ...rest }: Told): Told =>
  worker === undefined || rest.outcome !== undefined
    ? rest
    : { ...rest, outcome: expect.objectContaining({ exit_code: null, unwatched: true }) };

async function pointsOfAttempt(): Promise<Point[]> {
  await buildExecutable("../test/tools/attempt", attempt);
  const place = deathbed();
  const points = await pointsOf([attempt, place.config], place.root, SPAWNING);
  const claimed = points.findIndex(({ call, text }) => call === "mkdir" && text.includes(`/${ID}`));
  return points.slice(claimed);
}

const lack = lacking("strace");
const points = lack === "" ? await pointsOfAttempt() : [];

describe.skipIf(lack !== "")(`an attempt${lack}`, () => {
  test("is on the disk before its command starts", () => {
    const find = (call: string, word = "") =>
      points.findIndex(({ call: name, text }) => name === call && text.includes(word));
    const [written, claimed] = [find("openat", ".tmp"), find("link", "-0001.claim.json")];
    const syncAfter = (index: number) =>
      points.findIndex(({ call }, at) => at > index && call === "fsync");
    // The last call of a kind: an earlier one starts the standby reader of the command's output.
    const last = (call: string) => points.findLastIndex(({ call: name }) => name === call);
    // The directory's entry, the claim's text, the claim's entry; the command, which waits
    // until its process is on the disk; the outcome.
    const steps = [
      syncAfter(-1),
      written,
      syncAfter(written),
      claimed,
      syncAfter(claimed),
      find("vfork"),
      last("vfork"),
      find("rename", "-0001.worker.json"),
      last("wait4"),
      find("rename", "-0001.outcome.json"),
      points.findLastIndex(({ call }) => call === "fsync"),
    ];
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps).not.toContain(-1);
  });

  test("killed at any system call, is made once or never, and the next one has its own number", async () => {
    const fired = await killAtEach(points, killAt, AT_ONCE);
    // The number of polls varies, so a run may never make the last calls of a kind.
    expect(fired.length).toBeGreaterThan(100);
    expect(fired.filter(Boolean).length).toBeGreaterThan(0.9 * fired.length);
  });
});

describe("the daemon", () => {
  test("killed by its own command, has that attempt in its history, and makes the next one", async () => {
    const place = deathbed();
    place.configure({
      stale_after_seconds: 1,
      revive: [{ ...POLICY, command: ["sh", "-c", `${place.DO[2]}; kill -9 $PPID`] }],
    });
    for (let number = 1; number <= 3; number++) {
      await place.start("executable").exited;
      const attempts = await historyOf(place);
      checkRecords(place, attempts, `after ${number}`);
      expect(attempts).toHaveLength(number);
      expect(attempts.every(({ outcome }) => typeof outcome?.exit_code !== "number")).toBe(true);
      expect(numbersOf(place.done())).toHaveLength(number);
    }
    place.configure({ stale_after_seconds: 1, revive: [{ ...POLICY, command: place.DO }] });
    const daemon = place.start("executable");
    await until(() => place.done().length > 3);
    await daemon.stop();
    const attempts = await historyOf(place);
    checkRecords(place, attempts, "at the end");
    expect(attempts[3]).toMatchObject({ number: 4, outcome: { exit_code: 0 } });
  });

  test("killed at any moment, makes no attempt twice", async () => {
    // Attempts begin in the third round, a second each; the kills fall all over that time.
    const killed = Array.from({ length: 8 }, async (_, at) => {
      const place = deathbed();
      for (let kills = 0; kills < 3; kills++) {
        const daemon = place.start("executable");
        await Bun.sleep(1800 + 200 * at + 70 * kills);
        daemon.signal("SIGKILL");
        await daemon.exited;
        checkRecords(place, await historyOf(place), `kill ${kills} of ${at}`);
      }
      const before = (await historyOf(place)).length;
      const daemon = place.start("executable");
      await until(() => place.done().length > before);
      await daemon.stop();
      const attempts = await historyOf(place);
      checkRecords(place, attempts, `the end of ${at}`);
      return attempts.length;
    });
    const made = await Promise.all(killed);
    expect(Math.max(...made)).toBeGreaterThan(2);
  });
});
