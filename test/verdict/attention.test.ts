/** What a suspicion covers: the silence of a cell, and no other problem. */
import { expect, test } from "bun:test";
import { checkReport } from "../../lib/scan/rules/check-state.ts";
import { type Evidence, ProblemCode, SuspicionCause } from "../../lib/contract/report.ts";
import { isCovered } from "../../lib/verdict/covered.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { buildReport, reportCell } from "../../lib/verdict/report.ts";
import { type Changes, factsOf, NOON, LIMITS } from "../tools/facts.ts";

const SILENCE: readonly string[] = ["heartbeat-old", "never-beat", "heartbeat-ahead"];
const NO_EVIDENCE: Evidence = { process: null, exit: null, host: null };
const problem = (code: ProblemCode, state = "exiting", evidence = NO_EVIDENCE) => ({
  problems: [{ code, path: ".", text: "" }],
  state,
  evidence,
  expected_since: "2026-01-01T12:00:00.000Z",
  limit_seconds: 300,
});

test.each(SuspicionCause.options)("%s covers silence", (cause) => {
  const suspicion = { cause, text: "" };
  const covered = ProblemCode.options.filter((code) => isCovered(problem(code), suspicion));
  const isAll = cause === "root-replaced";
  expect(covered).toEqual(ProblemCode.options.filter((code) => isAll || SILENCE.includes(code)));
});

test.each<[string, string, Evidence, boolean]>([
  ["only its silence shows", "done", NO_EVIDENCE, true],
  ["the agent announced", "exiting", NO_EVIDENCE, false],
  ["the process shows", "done", { ...NO_EVIDENCE, process: "gone" }, false],
])("a full disk covers an end that %s (%s): %#", (_, state, evidence, isSo) => {
  const suspicion = { cause: "disk-full", text: "" } as const;
  expect(isCovered(problem("exited", state, evidence), suspicion)).toBe(isSo);
});

test.each([
  ["2026-01-01T12:05:00.000Z", true],
  ["2026-01-01T12:05:00.001Z", false],
])("a mass silence of %s covers a cell whose limit passed at 12:05: %p", (since, isSo) => {
  const suspicion = { cause: "mass-silence", text: "", since } as const;
  expect(isCovered(problem("heartbeat-old"), suspicion)).toBe(isSo);
});

test("without a suspicion nothing is covered", () => {
  expect(isCovered(problem("heartbeat-old"), undefined)).toBe(false);
});

const stateOf = (changes: Changes, isSuspect: boolean) => {
  const facts = factsOf(changes);
  const cell = reportCell(facts, classify(facts, LIMITS, NOON));
  const header = { now: NOON, host: "h", root: "/r", duration_ms: 1 };
  const suspicion = isSuspect ? { suspicion: { cause: "disk-full", text: "full" } as const } : {};
  return checkReport({ ...buildReport(header, [cell], []), ...suspicion });
};

test.each<readonly [string, Changes, boolean, string]>([
  [
    "a death by the process, whatever the disk",
    { heartbeat: { exit: { code: 1, at: NOON.toISOString() } } },
    true,
    "CRITICAL",
  ],
  ["silence while the disk is full", { age: 301 }, true, "UNKNOWN"],
  ["silence", { age: 301 }, false, "CRITICAL"],
  ["a full disk alone", {}, true, "UNKNOWN"],
  ["a stuck agent while the disk is full", { heartbeat: { state: "stuck" } }, true, "UNKNOWN"],
  ["an agent that waits", { heartbeat: { state: "waiting" } }, false, "OK"],
])("the check of %s", (_, changes, isSuspect, state) => {
  expect(stateOf(changes, isSuspect)).toBe(state as never);
});
