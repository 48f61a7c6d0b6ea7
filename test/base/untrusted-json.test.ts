/**
 * JSON from outside is parsed in one place, and indented in one place.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { indentedJson } from "../../lib/base/indented-json.ts";
import { DEPTH_LIMIT, isTooDeep, parseUntrusted } from "../../lib/base/untrusted-json.ts";

const LIB = join(import.meta.dir, "../../lib");

/** The depth of a value: 0 for anything but a list or an object. */
const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

const wrapped = (value: unknown, times: number, isList: boolean): unknown =>
  times === 0 ? value : wrapped(isList ? [value] : { '["\\': value }, times - 1, isList);

describe("isTooDeep()", () => {
  test("agrees with the depth of any value, whatever brackets its strings contain", () => {
    const text = fc.string({ unit: fc.constantFrom("[", "{", "]", "}", '"', "\\", "a") });
    const around = fc.integer({ min: DEPTH_LIMIT - 4, max: DEPTH_LIMIT + 1 });
    const value = fc.oneof(text, fc.array(text), fc.dictionary(text, fc.array(text)));
    fc.assert(
      fc.property(value, around, fc.boolean(), (inner, times, isList) => {
        const whole = wrapped(inner, times, isList);
        expect(isTooDeep(JSON.stringify(whole))).toBe(depthOf(whole) > DEPTH_LIMIT);
        expect(isTooDeep(JSON.stringify(whole, null, 1))).toBe(depthOf(whole) > DEPTH_LIMIT);
      }),
    );
  });

  test("counts nested values, not neighbours", () => {
    expect(isTooDeep(`[${"[],".repeat(10_000)}0]`)).toBe(false);
    expect(isTooDeep(`["${"[".repeat(10_000)}"]`)).toBe(false);
  });

  test("takes time in proportion to the text", () => {
    const MEGA = 1024 * 1024;
    const texts = [
      `"${"\\".repeat(MEGA)}"`,
      `"${'\\"'.repeat(MEGA / 2)}"`,
      `["${"[".repeat(101)}",${'"\\\\",'.repeat(MEGA / 8)}0]`,
      `[${"[],".repeat(MEGA / 3)}0]`,
    ];
    const started = performance.now();
    for (const text of texts) expect(isTooDeep(text)).toBe(false);
    // In quadratic time, a single one of these texts would take minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

const CUT_OFF = "it ends before its last bracket: it was cut off";
const UNCLOSED = "a bracket or a quote in it is never closed";
const MORE_TEXT = "it has more text after its end";

describe("parseUntrusted()", () => {
  test.each([
    ["[1]", { outcome: "read", value: [1] }],
    ["[".repeat(101), { outcome: "malformed", why: "it is nested more than 100 deep" }],
    ["[".repeat(100), { outcome: "malformed", why: CUT_OFF }],
    ['{"a": "b', { outcome: "malformed", why: CUT_OFF }],
    ['{"a": "}', { outcome: "malformed", why: UNCLOSED }],
    ['{"a": [1}\n', { outcome: "malformed", why: UNCLOSED }],
    ['{"a": "b}\n', { outcome: "malformed", why: UNCLOSED }],
    ['{"a": 1}\n', { outcome: "read", value: { a: 1 } }],
    ['{"a": 1}": 2}', { outcome: "malformed", why: MORE_TEXT }],
    ['{"a": "}\\""}\n{}', { outcome: "malformed", why: MORE_TEXT }],
    ['{"a": 1,}', { outcome: "malformed", why: "it is not JSON" }],
    ['{"a": 1,} {}', { outcome: "malformed", why: "it is not JSON" }],
    ["<html>", { outcome: "malformed", why: "it is not JSON" }],
    ["\u0000\u0001", { outcome: "malformed", why: "it is not JSON" }],
    [
      "\0".repeat(9),
      { outcome: "malformed", why: "it holds only zero bytes, as after a power failure" },
    ],
    ["{\0}\0", { outcome: "malformed", why: "it is UTF-16, not UTF-8" }],
    ["\0{\0}", { outcome: "malformed", why: "it is UTF-16, not UTF-8" }],
    ["{}\0\0", { outcome: "malformed", why: MORE_TEXT }],
    [
      '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}',
      { outcome: "malformed", why: "it has the conflict markers of a merge" },
    ],
    [
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
      { outcome: "malformed", why: "it is a pointer of Git LFS, whose content was not fetched" },
    ],
    [" ", { outcome: "malformed", why: "it is empty" }],
    ["\ufeff{}", { outcome: "malformed", why: "it starts with a byte order mark" }],
  ])("makes of %j %j", (text, parsed) => {
    expect(parseUntrusted(text)).toEqual(parsed as never);
  });

  test("is the only one to call JSON.parse()", () => {
    const files = readdirSync(LIB, { recursive: true, encoding: "utf8" });
    const callers = files
      // The pages parse what their own server sent, in a browser.
      .filter((file) => file.endsWith(".ts") && !/^http\/(?:fleet-)?page\//.test(file))
      .filter((file) => readFileSync(join(LIB, file), "utf8").includes("JSON.parse("));
    expect(callers).toEqual(["base/untrusted-json.ts"]);
  });
});

describe("indentedJson()", () => {
  const value = fc.jsonValue({ maxDepth: 4 });

  test("writes the same as JSON.stringify() if nothing is nested deeper than its limit", () => {
    fc.assert(
      fc.property(value, (any) => {
        expect(indentedJson(any, 10)).toBe(JSON.stringify(any, null, 2));
        expect(indentedJson(any, 0)).toBe(JSON.stringify(any));
      }),
    );
    const odd = { a: undefined, b: [undefined, {}, []], c: { d: undefined } };
    expect(indentedJson(odd, 10)).toBe(JSON.stringify(odd, null, 2));
  });

  test("writes what is nested deeper completely, and on one line", () => {
    fc.assert(
      fc.property(value, fc.nat(4), (any, levels) => {
        expect(JSON.parse(indentedJson(any, levels))).toEqual(JSON.parse(JSON.stringify(any)));
      }),
    );
    expect(indentedJson({ a: { b: [1, { c: 2 }] } }, 2)).toBe(
      '{\n  "a": {\n    "b": [1,{"c":2}]\n  }\n}',
    );
  });
});
