import { expect, test } from "bun:test";
import type { ProblemCode, ReportCell } from "../../lib/contract/report.ts";
import { countAgreement } from "../../lib/supervise/revive/agreement.ts";
import type { ObservedCell } from "../../lib/view/observed-cell.ts";
import { ID } from "../tools/facts.ts";

const EVIDENCE = { process: null, host: null, exit: null };

/** A round that finds a cell with this problem and this last beat; healthy without a code. */
function roundWith(code: ProblemCode | undefined, digest: string): Map<string, ObservedCell> {
  const problems = code === undefined ? [] : [{ code, path: ".", text: "" }];
  const cell = { mission_id: ID, problems } as unknown as ReportCell;
  const observed = {
    rhythm: undefined,
    vouched: undefined,
    cell,
    digest,
    evidence: EVIDENCE,
    path: "",
    fingerprint: "",
    watchedSince: 0,
  };
  return new Map([[ID, observed]]);
}

/** The number of agreeing rounds after each of these rounds. */
function countsAfter(...given: Map<string, ObservedCell>[]): number[] {
  const agreement = countAgreement();
  return given.map((cells) => {
    agreement.update(cells);
    return agreement.rounds(ID);
  });
}

type Finding = readonly [ProblemCode | undefined, string];
const CASES: readonly (readonly [string, Finding, Finding, readonly number[]])[] = [
  ["rounds in a row with one problem", ["crashed", "a"], ["crashed", "a"], [1, 2]],
  ["another problem anew", ["heartbeat-old", "a"], ["process-gone", "a"], [1, 1]],
  ["another beat anew", ["crashed", "a"], ["crashed", "b"], [1, 1]],
  ["a standstill across its beats", ["stuck", "a"], ["stuck", "b"], [1, 2]],
  ["no healthy round", ["crashed", "a"], [undefined, "a"], [1, 0]],
];
test.each(CASES)("counts %s", (_, first, second, counts) => {
  expect(countsAfter(roundWith(...first), roundWith(...second))).toEqual([...counts]);
});

test("starts anew after a healthy round, a missing cell, or an interruption", () => {
  const dead = roundWith("crashed", "a");
  expect(countsAfter(dead, roundWith(undefined, "a"), dead)).toEqual([1, 0, 1]);
  expect(countsAfter(dead, new Map(), dead)).toEqual([1, 0, 1]);
  const agreement = countAgreement();
  agreement.update(dead);
  agreement.interrupt();
  expect(agreement.rounds(ID)).toBe(0);
});
