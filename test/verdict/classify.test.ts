import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ageLimit } from "../../lib/verdict/age-limit.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import type { Flaw } from "../../lib/contract/facts.ts";
import { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { ProblemCode, Status } from "../../lib/contract/report.ts";
import * as v from "valibot";
import { type Changes, factsOf, ID, NOON, LIMITS } from "../tools/facts.ts";

const ABSENT: Flaw = { outcome: "absent" };
const flaw = (outcome: Exclude<Flaw["outcome"], "absent">): Flaw => ({ outcome, why: "as it is" });
const NO_FILES = { mission: ABSENT, config: ABSENT, heartbeat: ABSENT, log: ABSENT };
const judge = (changes: Changes = {}) => classify(factsOf(changes), LIMITS, NOON);
/** Without the keys that are undefined. */
const defined = (changes: object) => JSON.parse(JSON.stringify(changes)) as Changes;
const codesOf = (changes: Changes) => judge(changes).problems.map(({ code }) => code);

describe("classify(), the rows of the table", () => {
  // [what, changes, status, row, codes]
  test.each([
    ["a sound, beating cell", {}, "healthy", "healthy", []],
    [
      "a cell without any of the four files",
      NO_FILES,
      "uninitialized",
      "uninitialized",
      ["absent", "absent", "absent", "absent"],
    ],
    [
      "an empty directory",
      { ...NO_FILES, dirs: Object.fromEntries(CELL_DIRS.map((dir) => [dir, ABSENT])) },
      "uninitialized",
      "uninitialized",
      Array(10).fill("absent"),
    ],
    [
      "no files, and one directory that is something else",
      { ...NO_FILES, dirs: { meta: flaw("wrong-type") } },
      "incomplete",
      "incomplete",
      ["wrong-type", "absent", "absent", "absent", "absent"],
    ],
    [
      "no files, and one that could not be looked at",
      { ...NO_FILES, log: flaw("unreadable") },
      "incomplete",
      "incomplete",
      ["absent", "absent", "absent", "unreadable"],
    ],
    [
      "one file of four",
      { ...NO_FILES, log: undefined },
      "incomplete",
      "incomplete",
      ["absent", "absent", "absent"],
    ],
    ["one file short", { heartbeat: ABSENT }, "incomplete", "incomplete", ["absent"]],
    [
      "one directory short",
      { dirs: { artifacts: ABSENT } },
      "incomplete",
      "incomplete",
      ["absent"],
    ],
    [
      "an unreadable file",
      { mission: flaw("unreadable") },
      "incomplete",
      "incomplete",
      ["unreadable"],
    ],
    ["a malformed file", { config: flaw("malformed") }, "incomplete", "incomplete", ["malformed"]],
    [
      "a file too large to read",
      { heartbeat: flaw("too-large") },
      "incomplete",
      "incomplete",
      ["too-large"],
    ],
    [
      "a pointer out of the cell",
      { dirs: { worktree: flaw("pointer-escapes") } },
      "incomplete",
      "incomplete",
      ["pointer-escapes"],
    ],
    [
      "a mission.json of another mission",
      { mission: { mission_id: "0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10" } },
      "incomplete",
      "incomplete",
      ["id-mismatch"],
    ],
    [
      "a heartbeat of another mission",
      { heartbeat: { mission_id: "0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10" } },
      "incomplete",
      "incomplete",
      ["id-mismatch"],
    ],
    [
      "its own id in capitals",
      { config: { mission_id: ID.toUpperCase() } },
      "healthy",
      "healthy",
      [],
    ],
    [
      "a heartbeat that names no mission",
      { heartbeat: { mission_id: undefined } },
      "healthy",
      "healthy",
      [],
    ],
    ["a cell that vanished", { self: ABSENT }, "incomplete", "incomplete", ["vanished"]],
    [
      "a symlink in the cell's place",
      { self: flaw("wrong-type") },
      "incomplete",
      "incomplete",
      ["wrong-type"],
    ],
    [
      "a broken cell whose beat is old as well",
      { dirs: { logs: ABSENT }, age: 9999 },
      "incomplete",
      "incomplete",
      ["absent"],
    ],
    [
      "a paused mission with an old beat",
      { mission: { status: "paused" }, age: 9999 },
      "healthy",
      "resting",
      [],
    ],
    [
      "a completed mission with an old beat",
      { mission: { status: "completed" }, age: 9999 },
      "healthy",
      "resting",
      [],
    ],
    [
      "a failed mission with a beat in the future",
      { mission: { status: "failed" }, age: -9999 },
      "healthy",
      "resting",
      [],
    ],
    [
      "a paused mission with a broken heartbeat",
      { mission: { status: "paused" }, heartbeat: flaw("malformed") },
      "incomplete",
      "incomplete",
      ["malformed"],
    ],
    [
      "an initialized mission whose seed is fresh",
      { mission: { status: "initialized" }, heartbeat: { state: "initialized", seq: 0 } },
      "healthy",
      "healthy",
      [],
    ],
    [
      "a seed that grew old",
      { heartbeat: { state: "initialized", seq: 0 }, age: 301 },
      "stale",
      "never-beat",
      ["never-beat"],
    ],
    [
      "an agent that beat while it calls itself initialized",
      { heartbeat: { state: "initialized", seq: 3 }, age: 301 },
      "stale",
      "heartbeat-old",
      ["heartbeat-old"],
    ],
    [
      "an agent that said just now that it is exiting",
      { heartbeat: { state: "exiting" }, age: 1 },
      "stale",
      "exited",
      ["exited"],
    ],
    [
      "a beat of the year 9999",
      { heartbeat: { timestamp: "9999-12-31T23:59:59Z" } },
      "stale",
      "heartbeat-ahead",
      ["heartbeat-ahead"],
    ],
    [
      "a beat of the year 1",
      { heartbeat: { timestamp: "0001-01-01T00:00:00Z" } },
      "stale",
      "heartbeat-old",
      ["heartbeat-old"],
    ],
  ] as const)("%s", (_, changes, status, row, codes) => {
    const verdict = judge(changes as Changes);
    expect(verdict).toMatchObject({ status, row });
    expect(verdict.problems.map(({ code }) => code)).toEqual([...codes] as never);
  });
});

describe("classify(), the edges of the limits", () => {
  test.each([
    ["exactly at the limit", 300, []],
    ["a millisecond past it", 300.001, ["heartbeat-old"]],
    ["ahead by the allowed skew", -60, []],
    ["ahead by a millisecond more", -60.001, ["heartbeat-ahead"]],
  ] as const)("a beat %s", (_, age, codes) => {
    expect(codesOf({ age })).toEqual([...codes]);
  });

  // [cell's wish, interval, expected activity, limit]
  test.each([
    [undefined, undefined, undefined, 300],
    [120, undefined, undefined, 120],
    [120, 10, undefined, 120],
    [undefined, 60, undefined, 240],
    [undefined, undefined, 1800, 2100],
    [undefined, 60, 1800, 2040],
    [1, undefined, undefined, 30],
    [undefined, 1, undefined, 30],
    [86_400, undefined, undefined, 3600],
    [undefined, undefined, 7200, 3600],
  ] as const)(
    "a wish of %p, an interval of %p and an activity of %p seconds give a limit of %p",
    (wish, interval, expect_seconds, limit) => {
      const activity =
        expect_seconds === undefined ? {} : { activity: { what: "build", expect_seconds } };
      const changes = {
        config: wish === undefined ? {} : { stale_after_seconds: wish },
        heartbeat: {
          ...activity,
          ...(interval === undefined ? {} : { interval_seconds: interval }),
        },
      };
      expect(ageLimit(factsOf(changes), LIMITS)).toBe(limit);
      expect(judge({ ...changes, age: limit }).status).toBe("healthy");
      expect(judge({ ...changes, age: limit + 0.001 }).status).toBe("stale");
    },
  );

  test.each(["2026-02-31T12:00:00Z", "2026-01-01T12:00:00", "2026-01-01 12:00:00Z", "noon"])(
    "a beat at %p is invalid, and would not be healthy if it were valid",
    (timestamp) => {
      expect(v.is(Heartbeat, { timestamp, state: "working" })).toBe(false);
      expect(judge({ heartbeat: { timestamp } }).status).not.toBe("healthy");
    },
  );

  test("says why in one sentence that names the part", () => {
    expect(judge({ mission: flaw("unreadable") }).problems[0]).toEqual({
      code: "unreadable",
      path: CELL_FILES.mission,
      text: `${CELL_FILES.mission} cannot be read: as it is`,
    });
    expect(judge({ age: 723 }).problems[0]?.text).toBe(
      "no beat since 2026-01-01T11:47:57.000Z: the limit is 5m",
    );
    expect(judge({ age: -90 }).problems[0]?.text).toStartWith(
      "the last beat lies in the future, at 2026-01-01T12:01:30.000Z: ",
    );
  });

  test("shows neither age nor limit where there is none", () => {
    expect(judge({ heartbeat: ABSENT })).toMatchObject({ age_seconds: null, limit_seconds: null });
    expect(judge({ mission: { status: "paused" }, age: 5 })).toMatchObject({
      age_seconds: 5,
      limit_seconds: null,
    });
  });
});

describe("classify(), for any facts", () => {
  const flaws = fc.constantFrom<Flaw | undefined>(
    undefined,
    ABSENT,
    ...(["wrong-type", "unreadable", "malformed", "too-large", "pointer-escapes"] as const).map(
      flaw,
    ),
  );
  const dirs = fc.record(Object.fromEntries(CELL_DIRS.map((dir) => [dir, flaws])));
  const mission = fc.oneof(
    flaws,
    fc.record({
      status: fc.constantFrom(
        "initialized",
        "active",
        "paused",
        "completed",
        "failed",
        "abandoned",
      ),
    }),
  );
  const beat = fc.oneof(
    flaws,
    fc.record({ state: fc.constantFrom("initialized", "working", "exiting"), seq: fc.nat(2) }),
  );
  const any = fc.record({
    self: flaws,
    dirs,
    mission,
    config: flaws,
    heartbeat: beat,
    log: flaws,
    age: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  });

  test("gives exactly one status, a problem for each that is not healthy, and calls nothing unread healthy or uninitialized", () => {
    fc.assert(
      fc.property(any, (changes) => {
        const { status, problems } = judge(defined(changes));
        expect(Status.options).toContain(status);
        expect(status === "healthy").toBe(problems.length === 0);
        if (problems.some(({ code }) => code !== "absent"))
          expect(status).not.toBe("uninitialized");
        for (const { code } of problems) expect(ProblemCode.options).toContain(code);
      }),
      { numRuns: 3000 },
    );
  });
});
