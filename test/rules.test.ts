import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { nextBeat } from "../lib/rules/beat.ts";
import { describeDuration, parseDuration } from "../lib/rules/duration.ts";
import { contractText, parseExactly } from "../lib/rules/json.ts";
import { resolvePointer } from "../lib/rules/pointer.ts";
import { printable, printableJson, quoted, shortened } from "../lib/rules/printable.ts";
import { refuseRef, refuseRepository } from "../lib/rules/repository.ts";
import { chooseSetting } from "../lib/rules/settings.ts";
import { isAbandoned, stagingMaker, stagingName } from "../lib/rules/staging.ts";
import { isAllowed, MISSION_STEPS, stepsFrom, targetOf } from "../lib/rules/transition.ts";
import { FILE_LIMIT } from "../lib/schemas/cell.ts";
import { isTerminal, MISSION_STATUSES } from "../lib/schemas/mission.ts";
import { parseTimestamp } from "../lib/schemas/time.ts";
import { ID, NOON } from "./tools/facts.ts";

describe("parseTimestamp()", () => {
  test("reads what any Date writes back to the same moment", () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date("0000-01-01T00:00:00Z"),
          max: new Date("9999-12-31T23:59:59.999Z"),
          noInvalidDate: true,
        }),
        (date) => parseTimestamp(date.toISOString()) === date.getTime(),
      ),
    );
  });

  test.each([
    ["2026-01-01T14:30:00+02:30", "2026-01-01T12:00:00.000Z"],
    ["2026-01-01T06:30:00.5-05:30", "2026-01-01T12:00:00.500Z"],
    ["2026-01-01T12:00:00.12345Z", "2026-01-01T12:00:00.123Z"],
  ])("reads %p as %p", (text, moment) => {
    expect(new Date(parseTimestamp(text) ?? Number.NaN).toISOString()).toBe(moment);
  });
});

describe("printable()", () => {
  test.each([
    ["\u001b[31mred", "\\u{1b}[31mred"],
    ["two\nlines", "two\\u{a}lines"],
    ["\u202etxt.exe", "\\u{202e}txt.exe"],
    ["\u009b2J", "\\u{9b}2J"],
    ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
    ["\ud800 alone", "\\u{d800} alone"],
    ["\u{e0041}tag", "\\u{e0041}tag"],
    ["héllo ☃ 漢字 😀", "héllo ☃ 漢字 😀"],
  ])("shows %p as %p", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test("printableJson() means the same value, in printable characters", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        const json = printableJson({ value, text }, 2);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
        expect(printable(json.replaceAll("\n", ""))).toBe(json.replaceAll("\n", ""));
      }),
    );
  });

  test("shortened() cuts no character in half, and quoted() stays short", () => {
    expect(shortened("ab😀cd", 4)).toBe("ab…");
    expect(shortened("abcd", 4)).toBe("abcd");
    expect(quoted("x".repeat(1000)).length).toBeLessThan(110);
  });
});

describe("resolvePointer()", () => {
  const homes = [`/var/missions/${ID}`, `/data/${ID}`];
  test.each([
    ["worktree", ["worktree"]],
    ["./a//b/", ["a", "b"]],
    ["a/../b", ["b"]],
    [`/var/missions/${ID}/repo`, ["repo"]],
    [`/data/${ID}/repo`, ["repo"]],
    [".", []],
    ["..", undefined],
    ["a/../../b", undefined],
    ["/etc", undefined],
    [`/var/missions/${ID}x/repo`, undefined],
    [`/var/missions/${ID}/../other`, undefined],
  ])("follows %p to %p", (pointer, steps) => {
    expect(resolvePointer(pointer, homes)).toEqual(steps as string[]);
  });
});

describe("the life of a mission", () => {
  test("goes initialized → active ⇄ paused → an end, and can be abandoned before it began", () => {
    const life = MISSION_STATUSES.map((status) => [status, stepsFrom(status).map(targetOf)]);
    expect(Object.fromEntries(life)).toEqual({
      initialized: ["active", "abandoned"],
      active: ["paused", "completed", "failed", "abandoned"],
      paused: ["active", "completed", "failed", "abandoned"],
      completed: [],
      failed: [],
      abandoned: [],
    });
  });

  test("leads nowhere from a terminal status", () => {
    for (const status of MISSION_STATUSES.filter(isTerminal))
      expect(MISSION_STEPS.some((step) => isAllowed(status, step))).toBe(false);
  });
});

describe("repositories", () => {
  test.each([
    "https://git.example.org/a/b.git",
    "ssh://git@git.example.org:2222/a/b",
    "/srv/git/a.git",
    "../a",
    "a b",
    "https://user:secret@git.example.org/a",
  ])("lets %p through", (url) => {
    expect(refuseRepository(url)).toBeUndefined();
  });

  test.each([
    "ext::sh -c id",
    "-u./x",
    "--upload-pack=/x",
    "file:///etc",
    "git@host:x",
    "http://h/x",
    "git://h/x",
    "ssh://-oProxyCommand=x/y",
    "https://-x/y",
    "ssh://u@-x/y",
    "https://host",
    "",
    "a\nb",
    "fd::3",
    "https:///x",
  ])("refuses %p", (url) => {
    expect(refuseRepository(url)).toBeString();
  });

  test.each([
    ["main", true],
    ["v1.2.3", true],
    ["feature/x-1", true],
    ["0123456789abcdef0123456789abcdef01234567", true],
    ["-b", false],
    ["--orphan", false],
    ["a..b", false],
    ["main@{1}", false],
    ["a b", false],
    ["", false],
    ["x:y", false],
  ])("takes ref %p: %p", (ref, ok) => {
    expect(refuseRef(ref) === undefined).toBe(ok);
  });
});

describe("staging", () => {
  const maker = { boot_id: "13188d3f-7610-492f-ae6a-a6d4fa2d473b", pid: 4242 };
  test("a staging name tells who builds there, and any other name nobody", () => {
    expect(stagingMaker(stagingName(ID, maker, "0123456789abcdef"))).toEqual(maker);
    for (const name of [
      ".init-x",
      `.init-${ID}`,
      ID,
      `.init-${ID}.${maker.boot_id}.0.0123456789abcdef`,
    ])
      expect(stagingMaker(name)).toBeUndefined();
  });

  test.each([
    [600_001, false, true],
    [600_000, false, false],
    [600_001, true, false],
    [-5, false, false],
  ])("aged %p ms with its maker alive %p is abandoned: %p", (age, alive, abandoned) => {
    expect(isAbandoned(age, alive)).toBe(abandoned);
  });
});

describe("durations", () => {
  test.each([
    ["90", 90],
    ["30s", 30],
    ["5m", 300],
    ["2h", 7200],
    ["1d", 86_400],
    ["0", 0],
    ["-1", undefined],
    ["1.5h", undefined],
    ["5 m", undefined],
    ["", undefined],
    ["999999999d", undefined],
  ])("reads %p as %p seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds as number);
  });

  test.each([
    [0, "0s"],
    [59.6, "1m"],
    [-90, "1m 30s"],
    [3661, "1h 1m"],
    [90_000, "1d 1h"],
  ])("says %p seconds as %p", (seconds, text) => {
    expect(describeDuration(seconds)).toBe(text);
  });
});

describe("JSON of the contract", () => {
  test("is indented where that fits, on one line where only that does, and refused beyond", () => {
    expect(contractText({ a: 1 })).toBe('{\n  "a": 1\n}\n');
    const wide = { list: Array<number>(20_000).fill(1) };
    expect(contractText(wide)).toBe(`${JSON.stringify(wide)}\n`);
    expect(contractText({ text: "x".repeat(FILE_LIMIT) })).toBeUndefined();
    expect(contractText({ text: "é".repeat(FILE_LIMIT / 2) })).toBeUndefined();
  });

  test("keeps numbers that no double can hold", () => {
    const text = '{"a":12345678901234567890,"b":[1.0,1e400,-0],"c":0.1}';
    expect(JSON.stringify(parseExactly(text))).toBe(text);
  });
});

test("a beat counts on from the last, and keeps the run while the same process beats", () => {
  const writer = { host: "h", boot_id: "b", pid: 7 };
  const timed = nextBeat(
    ID,
    { state: "idle", interval_seconds: 600 },
    undefined,
    writer,
    "r",
    NOON,
  );
  const beside = nextBeat(ID, { state: "idle" }, timed, { ...writer, pid: 8 }, "r", NOON);
  expect(beside.interval_seconds).toBe(600);
  const elsewhere = { ...writer, boot_id: "another" };
  expect(nextBeat(ID, { state: "idle" }, timed, elsewhere, "r", NOON).interval_seconds).toBe(
    undefined as never,
  );
  const first = nextBeat(ID, { state: "working" }, undefined, writer, "run-1", NOON);
  const second = nextBeat(ID, { state: "idle" }, first, writer, "run-2", NOON);
  const third = nextBeat(ID, { state: "idle" }, second, { ...writer, pid: 8 }, "run-3", NOON);
  expect([first, second, third].map(({ seq, run_id }) => [seq, run_id])).toEqual([
    [1, "run-1"],
    [2, "run-1"],
    [3, "run-3"],
  ]);
});

test("a flag beats the environment, that the file, and that the default", () => {
  const all = {
    flag: { root: "/a" },
    environment: { LAZARUS_PIT_ROOT: "/b" },
    file: { root: "/c" },
    default: { root: "/d" },
  };
  expect(chooseSetting("root", all)).toEqual({ origin: "flag", value: "/a" });
  expect(chooseSetting("root", { ...all, flag: {} })).toEqual({
    origin: "environment",
    value: "/b",
  });
  expect(chooseSetting("root", { ...all, flag: {}, environment: {} })).toEqual({
    origin: "file",
    value: "/c",
  });
  expect(chooseSetting("root", { ...all, flag: {}, environment: {}, file: {} })).toEqual({
    origin: "default",
    value: "/d",
  });
});
