import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { debounce, initialState } from "../../lib/supervise/status/rules/debounce.ts";
import type { CellStatus, Finding, FindingCode } from "../../lib/supervise/status/rules/finding.ts";

const SETTINGS = { fire_after: 2, clear_after: 3 };
const [W, S, GONE] = ["healthy", "stale", null] as const;

const finding = (status: CellStatus, code: FindingCode | null = null): Finding => ({
  status,
  code,
});

/** The change in each round, "" for none, of a cell whose confirmed status was `first`. */
function changes(first: CellStatus, seen: readonly CellStatus[], settings = SETTINGS): string[] {
  let before = initialState(finding(first));
  return seen.map((status, index) => {
    const { state, change } = debounce(before, finding(status), index + 1, settings);
    const text =
      change === undefined ? "" : `${change} ${before.confirmed.status}>${state.confirmed.status}`;
    before = state;
    return text;
  });
}

/** A status that changes every `period` rounds, for `count` rounds. */
const every = (period: number, count: number): CellStatus[] =>
  Array.from({ length: count }, (_, at) => (Math.floor(at / period) % 2 === 0 ? S : W));

const nonEmpty = (texts: readonly string[]) => texts.filter((each) => each !== "");

/** A status that changes every round. */
const alternating = (times: number): CellStatus[] =>
  Array.from({ length: times }, (_, at) => (at % 2 === 0 ? S : W));

describe("a change of status", () => {
  test("counts once enough rounds agree that a cell is stale", () => {
    expect(changes(W, [W, S, S, S])).toEqual(["", "", "changed healthy>stale", ""]);
  });

  test("counts once enough rounds agree that it is healthy again", () => {
    expect(changes(S, [W, W, W, W])).toEqual(["", "", "changed stale>healthy", ""]);
  });

  test("does not count when the next round does not agree", () => {
    expect(changes(W, [S, W, W, S, W])).toEqual(["", "", "", "", ""]);
  });

  test("counts only rounds that agree with each other", () => {
    expect(changes(W, [S, "incomplete", S, S])).toEqual(["", "", "", "changed healthy>stale"]);
  });

  test("counts at once when one round is enough", () => {
    expect(changes(W, [S], { fire_after: 1, clear_after: 1 })).toEqual(["changed healthy>stale"]);
  });

  test("to or from null: a new cell, and one that is gone", () => {
    expect(changes(GONE, [S, S])).toEqual(["", "changed null>stale"]);
    expect(changes(W, [GONE, GONE])).toEqual(["", "changed healthy>null"]);
  });

  test("returns the same object for an unchanged state", () => {
    const before = initialState(finding(W));
    expect(debounce(before, finding(W), 7, SETTINGS).state).toBe(before);
  });
});

describe("what decided a status", () => {
  const once = { fire_after: 1, clear_after: 1 };
  /** The codes that are confirmed after each of these, and whether that was a change. */
  function codes(first: Finding, seen: readonly Finding[], settings = once) {
    let before = initialState(first);
    return seen.map((each, index) => {
      const { state, change } = debounce(before, each, index + 1, settings);
      before = state;
      return [state.confirmed.code, change];
    });
  }

  test("counts as a change within one status", () => {
    const seen = [finding(S, "heartbeat-old"), finding(S, "process-gone")];
    expect(codes(finding(W), seen)).toEqual([
      ["heartbeat-old", "changed"],
      ["process-gone", "changed"],
    ]);
  });

  test("counts once enough rounds agree on it", () => {
    const [old, gone] = [finding(S, "heartbeat-old"), finding(S, "process-gone")];
    const found = codes(old, [gone, old, gone, gone], SETTINGS);
    expect(found.map(([, change]) => change)).toEqual([undefined, undefined, undefined, "changed"]);
  });

  test("is filled in where an earlier release kept the status alone, and told from then on", () => {
    const seen = [finding(S, "heartbeat-old"), finding(S, "process-gone")];
    expect(codes({ status: S, code: undefined }, seen)).toEqual([
      ["heartbeat-old", undefined],
      ["process-gone", "changed"],
    ]);
  });

  test("does not count an agent as flapping that asks and continues again and again", () => {
    const asking = Array.from({ length: 200 }, (_, at) => finding(W, at % 2 ? null : "waiting"));
    expect(codes(finding(W), asking).every(([, change]) => change === "changed")).toBe(true);
  });
});

describe("flapping", () => {
  const once = { fire_after: 1, clear_after: 1 };
  test("is one event, and hides all changes while it lasts", () => {
    const found = changes(W, alternating(200), once);
    expect(nonEmpty(found).filter((each) => each.startsWith("flapping"))).toHaveLength(1);
    expect(nonEmpty(found.slice(8))).toEqual([]);
  });

  test("is noticed even when no change ever counts", () => {
    expect(nonEmpty(changes(W, alternating(10)))).toEqual(["flapping healthy>healthy"]);
  });

  test("ends with one event after thirty rounds without a change", () => {
    const found = changes(W, [...alternating(10), ...Array<CellStatus>(32).fill(S)], once);
    expect(nonEmpty(found).slice(-1)).toEqual(["steady healthy>stale"]);
    expect(nonEmpty(found).filter((each) => each.startsWith("steady"))).toHaveLength(1);
  });

  test.each([2, 4, 7, 20])("includes a change every %d rounds", (period) => {
    const found = nonEmpty(changes(W, every(period, 8640), once));
    expect(found.filter((each) => each.startsWith("flapping"))).toHaveLength(1);
    expect(found.length).toBeLessThan(12);
  });

  test("does not include a change every ten minutes", () => {
    expect(changes(W, every(60, 8640), once).some((each) => each.startsWith("flapping"))).toBe(
      false,
    );
  });

  test("leaves few events a day for any pattern of changes", () => {
    const periods = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(periods, (each) => {
        const seen = each.flatMap((period, at) =>
          Array<CellStatus>(period).fill(at % 2 === 0 ? S : W),
        );
        const found = nonEmpty(changes(W, seen, once));
        return found.length <= 8 + seen.length / 25;
      }),
    );
  });
});
