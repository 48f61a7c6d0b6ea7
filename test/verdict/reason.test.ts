import { describe, expect, test } from "bun:test";
import { classify } from "../../lib/verdict/classify.ts";
import { reasonOf } from "../../lib/verdict/reason.ts";
import { reportCell } from "../../lib/verdict/report.ts";
import { type Changes, factsOf, NOON, LIMITS } from "../tools/facts.ts";

const reason = (changes: Changes): string | undefined => {
  const facts = factsOf(changes);
  return reasonOf(reportCell(facts, classify(facts, LIMITS, NOON)));
};

describe("the reason of a cell's attention", () => {
  test.each<readonly [string, Changes, string | undefined]>([
    ["a healthy cell", {}, undefined],
    ["an old beat", { age: 301 }, "no beat since 2026-01-01T11:54:59.000Z: the limit is 5m"],
    ["a failed mission", { mission: { status: "failed" } }, "the mission failed"],
    [
      "a wait",
      { heartbeat: { state: "waiting", message: "deploy?" } },
      "the agent waits, until 2026-01-02T12:00:00.000Z at most: deploy?",
    ],
    [
      "a long idleness",
      { heartbeat: { state: "idle", on_events: true }, age: 86_401 },
      "the agent is idle, last beat at 2025-12-31T11:59:59.000Z",
    ],
  ])("%s", (_, changes, text) => {
    expect(reason(changes)).toBe(text);
  });
});
