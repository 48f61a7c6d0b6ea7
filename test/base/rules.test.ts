import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { nextBeat } from "../../lib/cell/rules/next-beat.ts";
import { describeDuration, durationWord, parseDuration } from "../../lib/base/duration.ts";
import { contractText, parseLossless } from "../../lib/contract/json.ts";
import { resolvePointer } from "../../lib/cell/rules/pointer.ts";
import { printable, printableJson, quoted, shortened } from "../../lib/base/printable.ts";
import { refuseRef, refuseRepository } from "../../lib/git/rules/repository.ts";
import { chooseSetting } from "../../lib/cli/choose-setting.ts";
import { isAbandoned, stagingBuilder, stagingName } from "../../lib/cell/rules/staging-name.ts";
import {
  isAllowed,
  MISSION_STEPS,
  stepsFrom,
  statusAfter,
} from "../../lib/cell/rules/transition.ts";
import { FILE_LIMIT } from "../../lib/contract/cell.ts";
import { isTerminal, MISSION_STATUSES } from "../../lib/contract/mission.ts";
import { formatTimestamp, parseTimestamp } from "../../lib/base/time.ts";
import { ID, NOON } from "../tools/facts.ts";

describe("parseTimestamp()", () => {
  test.each(["0000-01-01T00:00:00.000+00:00", "9999-12-31T23:59:59.999+00:00"])(
    "reads and writes %s, the first or the last moment",
    (text) => {
      const moment = parseTimestamp(text);
      expect(formatTimestamp(moment ?? Number.NaN)).toBe(text.replace("+00:00", "Z"));
    },
  );

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

  test("reads a plain spelling, even a damaged one, with the same result as by its regular expression", () => {
    const plain = fc.tuple(fc.date({ noInvalidDate: true }), fc.boolean()).map(([date, hasMs]) =>
      date
        .toISOString()
        .slice(-24)
        .replace(hasMs ? "" : /\.\d+/, ""),
    );
    const digit = fc.constantFrom("0", "1", "2", "3", "6", "9", " ", "-", "x", "");
    fc.assert(
      fc.property(plain, fc.nat(23), fc.option(digit, { nil: undefined }), (text, at, other) => {
        const damaged =
          other === undefined ? text : `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
        // A text with a lower-case t is never read as a plain spelling, but by the regular expression.
        expect(parseTimestamp(damaged)).toBe(parseTimestamp(damaged.replace("T", "t")) as number);
      }),
      { numRuns: 1500 },
    );
  });

  test.each([
    ["2026-02-28T12:00:00Z", true],
    ["2026-02-29T12:00:00Z", false],
    ["2024-02-29T12:00:00.000Z", true],
    ["2026-02-31T12:00:00.000Z", false],
    ["2026-04-31T12:00:00.000Z", false],
    ["2026-12-31T23:59:60.000Z", false],
    ["0099-12-31T23:59:59.999Z", true],
  ])("takes %p for a timestamp: %p", (text, isMoment) => {
    expect(parseTimestamp(text) !== undefined).toBe(isMoment);
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
    ["🏴\u{e0067}\u{e007f}", "🏴\\u{e0067}\\u{e007f}"],
    ["می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"],
    ["👩🏽\u200d🚀 ❤\ufe0f\u200d🔥", "👩🏽\u200d🚀 ❤\ufe0f\u200d🔥"],
    ["root\u200d a\u200cb", "root\\u{200d} a\\u{200c}b"],
    ["👩\u200d\u200d", "👩\u200d\\u{200d}"],
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
    const life = MISSION_STATUSES.map((status) => [status, stepsFrom(status).map(statusAfter)]);
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
  test("a staging name identifies the process that builds there, and any other name identifies nothing", () => {
    const known = { ...maker, start_ticks: 0, pid_namespace: "pid:[4026531836]" };
    const best = { ...known, time_namespace: "time:[4026531834]" };
    for (const each of [maker, known, best])
      expect(stagingBuilder(stagingName(ID, each, "0123456789abcdef"))).toEqual(each);
    for (const name of [
      ".init-x",
      `.init-${ID}.${maker.boot_id}.7.7.4242.0123456789abcdef`,
      `.init-${ID}.${maker.boot_id}.4242.7.0123456789abcdef`,
      `.init-${ID}`,
      ID,
      `.init-${ID}.${maker.boot_id}.0.0123456789abcdef`,
    ])
      expect(stagingBuilder(name)).toBeUndefined();
  });

  test.each([
    [600_001, "gone", true],
    [600_000, "gone", false],
    [-5, "gone", false],
    [86_400_000, "unknown", false],
    [86_400_001, "unknown", true],
    [1e12, "alive", false],
  ] as const)("untouched for %p ms, its maker %s: abandoned is %p", (age, life, abandoned) => {
    expect(isAbandoned(age, life)).toBe(abandoned);
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

  test.each([
    [1, "1s"],
    [3601, "3601s"],
    [5400, "90m"],
    [86_400, "1d"],
  ])("writes %p seconds as the one word %p, which it reads back", (seconds, text) => {
    expect(durationWord(seconds)).toBe(text);
    expect(parseDuration(text)).toBe(seconds);
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
    expect(JSON.stringify(parseLossless(text))).toBe(text);
  });
});

test("a beat counts on from the last, and keeps the run while the same process beats", () => {
  const writer = { host: "h", boot_id: "b", pid: 7 };
  const input = { id: ID, writer, freshRunId: "r", now: NOON } as const;
  const timed = nextBeat(undefined, { ...input, fields: { state: "idle", interval_seconds: 600 } });
  const beside = nextBeat(timed, {
    ...input,
    fields: { state: "idle" },
    writer: { ...writer, pid: 8 },
  });
  expect(beside.interval_seconds).toBe(600);
  const elsewhere = { ...writer, boot_id: "another" };
  expect(
    nextBeat(timed, { ...input, fields: { state: "idle" }, writer: elsewhere }).interval_seconds,
  ).toBe(undefined as never);
  const first = nextBeat(undefined, {
    ...input,
    fields: { state: "working" },
    freshRunId: "run-1",
  });
  const second = nextBeat(first, { ...input, fields: { state: "idle" }, freshRunId: "run-2" });
  const third = nextBeat(second, {
    ...input,
    fields: { state: "idle" },
    writer: { ...writer, pid: 8 },
    freshRunId: "run-3",
  });
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
  expect(chooseSetting("root", all)).toEqual({ source: "flag", value: "/a" });
  expect(chooseSetting("root", { ...all, flag: {} })).toEqual({
    source: "environment",
    value: "/b",
  });
  expect(chooseSetting("root", { ...all, flag: {}, environment: {} })).toEqual({
    source: "file",
    value: "/c",
  });
  expect(chooseSetting("root", { ...all, flag: {}, environment: {}, file: {} })).toEqual({
    source: "default",
    value: "/d",
  });
});
