import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import type { Attempt } from "../../lib/supervise/revive/rules/attempt.ts";
import {
  backoffSecondsLeft,
  breakerAfter,
  jitterFractionOf,
} from "../../lib/supervise/revive/rules/backoff.ts";
import { commandFor, type DeadCell, policyFor } from "../../lib/supervise/revive/rules/policy.ts";
import type { RecordedExit } from "../../lib/contract/heartbeat.ts";
import { ProblemCode } from "../../lib/contract/report.ts";
import { RevivePolicy } from "../../lib/contract/revive-policy.ts";
import { ID } from "../tools/facts.ts";

const policyOf = (given: object = {}): RevivePolicy =>
  v.parse(RevivePolicy, { command: ["true"], jitter: 0, ...given });
const POLICY = policyOf();
const PROBLEM_CODES = ProblemCode.options;

/** Attempts made `ago` seconds ago, oldest first. */
const attemptsOf = (state: Attempt["state"], ...ago: number[]): Attempt[] =>
  ago.map((elapsed, at) => ({
    digest: "0".repeat(16),
    number: at + 1,
    elapsed,
    tookSeconds: 0,
    state,
  }));
const failed = (...ago: number[]) => attemptsOf("failed", ...ago);

describe("the backoff after attempts", () => {
  const policy = policyOf({ delay_seconds: 60, max_delay_seconds: 900 });
  const left = (attempts: Attempt[], jitterFraction = 0.5) =>
    backoffSecondsLeft(attempts, policy, 300, jitterFraction);

  test("is 0 before the first", () => {
    expect(left([])).toBe(0);
  });

  test.each([
    [[0], 60],
    [[70, 10], 110],
    [[500, 400, 100], 140],
    [[9, 8, 7, 6, 0], 900],
    [[9, 8, 7, 6, 5, 4, 3, 2, 0], 900],
    [[60], 0],
    [[61], -1],
  ])("doubles with each attempt up to the maximum: %j leaves %d", (ago, seconds) => {
    expect(left(failed(...ago))).toBe(seconds);
  });

  test("gives a revived agent its whole age limit", () => {
    expect(left(attemptsOf("succeeded", 10))).toBe(290);
  });

  test("begins when the command ended, or may have ended if its end was not observed", () => {
    const [slow] = attemptsOf("succeeded", 250);
    expect(left([{ ...slow!, tookSeconds: 240 }])).toBe(290);
    const [lost] = attemptsOf("lost", 250);
    expect(left([{ ...lost!, tookSeconds: 500 }])).toBe(550);
  });

  test("varies by the jitter, and is the same for one beat and attempt", () => {
    const jittery = policyOf({ delay_seconds: 100, jitter: 0.2 });
    const waits = [0, 0.5, 1].map((jitterFraction) =>
      backoffSecondsLeft(failed(0), jittery, 0, jitterFraction),
    );
    expect(waits.map(Math.round)).toEqual([80, 100, 120]);
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{16}$/), fc.integer({ min: 1 }), (digest, number) => {
        const jitterFraction = jitterFractionOf(digest, number);
        return (
          jitterFraction >= 0 &&
          jitterFraction < 1 &&
          jitterFractionOf(digest, number) === jitterFraction
        );
      }),
    );
    expect(jitterFractionOf("00000000ffffffff", 1)).not.toBe(
      jitterFractionOf("00000000ffffffff", 2),
    );
  });
});

describe("the breaker", () => {
  const policy = policyOf({ attempts: 3, interval_seconds: 100 });
  const after = (...ago: number[]) => breakerAfter(failed(...ago), policy);

  test.each([
    ["no attempt", []],
    ["too few attempts", [99, 1]],
    ["enough attempts, but not within the window", [300, 200, 100, 0]],
    ["enough attempts, the first of them as old as the window", [100, 50, 0]],
  ])("is closed after %s", (_, ago) => {
    expect(after(...ago)).toEqual({ state: "closed" });
  });

  test("opens when the window is full, for as long as the window", () => {
    expect(after(80, 50, 10)).toEqual({ state: "open", left: 90 });
  });

  test("uses a sliding window", () => {
    expect(after(320, 150, 120, 60)).toEqual({ state: "open", left: 40 });
  });

  test("is half-open after that, and open again after the next attempt", () => {
    expect(after(180, 150, 110)).toEqual({ state: "half-open" });
    expect(after(180, 150, 110, 0)).toEqual({ state: "open", left: 100 });
    expect(after(280, 250, 210, 100)).toEqual({ state: "half-open" });
  });

  test("never allows more attempts in any window than open it, by a monotonic clock", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (steps) => {
        const times: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          const attempts = failed(...times.map((time) => now - time));
          if (breakerAfter(attempts, policy).state !== "open") times.push(now);
        }
        return times.every(
          (time) => times.filter((other) => other > time - 100 && other <= time).length <= 3,
        );
      }),
    );
  });
});

const dead = (code: string, labels: Record<string, string> = {}, more: object = {}): DeadCell => ({
  cell: {
    problems: [{ code: code as ProblemCode, path: ".", text: "" }],
    labels,
    state: "working",
    progress: null,
    activity: null,
    ...more,
  },
  evidence: { exit: null },
});
const ended = (code: string, exit: RecordedExit): DeadCell => ({
  ...dead(code),
  evidence: { exit: { code: exit.code ?? null, signal: exit.signal ?? null, at: exit.at } },
});
const naming = (...codes: string[]) => policyOf({ match: { codes } });
const withState = (state: string | null) => dead("heartbeat-old", {}, { state });
const AT = "2026-01-01T11:00:00.000Z";

describe("policyFor()", () => {
  test("returns the first match", () => {
    const [a, b] = [policyOf({ match: { labels: { team: "a" } } }), policyOf()];
    expect(policyFor(dead("heartbeat-old", { team: "a" }), [a, b])).toBe(a);
    expect(policyFor(dead("heartbeat-old", { team: "b" }), [a, b])).toBe(b);
  });

  test("matches silence and deaths that were seen, unless the policy names other codes", () => {
    const byDefault = PROBLEM_CODES.filter((code) => policyFor(dead(code), [POLICY]) !== undefined);
    expect(byDefault.toSorted()).toEqual(["crashed", "heartbeat-old", "process-gone"]);
  });

  test("can name each code of a death or a standstill, and no other", () => {
    const nameable = PROBLEM_CODES.filter(
      (code) => v.safeParse(RevivePolicy, { command: ["true"], match: { codes: [code] } }).success,
    );
    expect(nameable.toSorted().join(" ")).toBe(
      "crashed exited heartbeat-ahead heartbeat-old never-beat process-gone stuck",
    );
    for (const code of nameable) {
      const policy = naming(code);
      expect(policyFor(dead(code), [policy])).toBe(policy);
    }
  });

  test("matches only the states that the policy names", () => {
    const policy = policyOf({ match: { states: ["working", "idle"] } });
    expect(policyFor(withState("working"), [policy])).toBe(policy);
    expect(policyFor(withState("waiting"), [policy])).toBeUndefined();
    expect(policyFor(withState(null), [policy])).toBeUndefined();
    expect(policyFor(withState("waiting"), [POLICY])).toBe(POLICY);
    expect(v.is(RevivePolicy, { command: ["true"], match: { states: [] } })).toBe(false);
  });

  test("takes a crash for an exit, and an exit that went well only by exit: any", () => {
    const failures = naming("exited");
    expect(policyFor(ended("crashed", { code: 139, at: AT }), [failures])).toBe(failures);
    expect(policyFor(dead("exited"), [failures])).toBe(failures);
    for (const exit of [{ code: 0 }, { signal: "SIGTERM", forwarded: true }]) {
      const well = ended("exited", { ...exit, at: AT });
      expect(policyFor(well, [failures])).toBeUndefined();
      const any = policyOf({ match: { codes: ["exited"], exit: "any" } });
      expect(policyFor(well, [any])).toBe(any);
    }
    expect(policyFor(ended("exited", { code: 0, at: AT }), [naming("crashed")])).toBeUndefined();
  });

  test("takes a silent agent that said that it was done for an exit that went well", () => {
    const done = dead("exited", {}, { state: "done" });
    expect(policyFor(done, [POLICY])).toBeUndefined();
    expect(policyFor(done, [naming("exited")])).toBeUndefined();
    const any = policyOf({ match: { codes: ["exited"], exit: "any" } });
    expect(policyFor(done, [any])).toBe(any);
    const step = dead(
      "exited",
      {},
      { state: "done", progress: { done: 3, total: 10, note: null } },
    );
    const failures = naming("exited");
    expect(policyFor(step, [failures])).toBe(failures);
  });

  test("does not match a cell without a problem, or with another one as well", () => {
    const { cell, evidence } = dead("heartbeat-old");
    expect(policyFor({ cell: { ...cell, problems: [] }, evidence }, [POLICY])).toBeUndefined();
    const other = { code: "two-writers", path: ".", text: "" } as const;
    const problems = [...cell.problems, other];
    expect(policyFor({ cell: { ...cell, problems }, evidence }, [POLICY])).toBeUndefined();
  });

  test("ignores properties of the prototype", () => {
    const policy = policyOf({ match: { labels: { constructor: "x" } } });
    expect(policyFor(dead("heartbeat-old"), [policy])).toBeUndefined();
  });

  test("inserts the mission's id into the command", () => {
    const policy = policyOf({ command: ["systemctl", "restart", "a@{mission_id}.b", "{other}"] });
    expect(commandFor(policy, ID)).toEqual(["systemctl", "restart", `a@${ID}.b`, "{other}"]);
  });
});
