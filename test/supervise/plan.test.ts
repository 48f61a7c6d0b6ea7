import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { loadSettings } from "../../lib/cli/settings.ts";
import type { RevivableCode } from "../../lib/contract/revive-policy.ts";
import type { Report } from "../../lib/contract/report.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import type { PlanContext } from "../../lib/supervise/revive/gate-facts.ts";
import { planRound } from "../../lib/supervise/revive/plan.ts";
import type { ObservedCell } from "../../lib/view/observed-cell.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { idOf } from "../tools/cells.ts";
import { LIMITS, silentCell } from "../tools/facts.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();
const CODES: readonly RevivableCode[] = [
  "heartbeat-old",
  "never-beat",
  "heartbeat-ahead",
  "exited",
  "crashed",
  "process-gone",
  "stuck",
];
const HOST = "here";

/** A cell that has been dead for an hour. */
const deadCell = (n: number, code: RevivableCode, state: string): ObservedCell => ({
  cell: silentCell({
    mission_id: idOf(n),
    state,
    evidence: { process: "gone", host: HOST, exit: null },
    problems: [{ code, path: "state/heartbeat.json", text: "" }],
  }),
  path: "state/heartbeat.json",
  fingerprint: "1",
  digest: "a".repeat(16),
  evidence: { process: "gone", host: HOST, exit: null },
  vouched: undefined,
  rhythm: undefined,
  watchedSince: 0,
});

/** A round without a guard, on a real store: watched for the whole limit, confirmed, not suspect. */
function roundWith(revive: object): PlanContext {
  const place = placeOf({ revive: [revive] });
  const settings = loadSettings({ config: place.config });
  const clock = simulatedClock();
  return {
    state: openStore(storePathsOf(settings), clock.now(), () => {}),
    stateFlaw: undefined,
    settings,
    report: { host: HOST, generated_at: clock.now().toISOString() } as Report,
    clock,
    watchedSeconds: () => LIMITS.stale_after_seconds,
    suspicions: { active: [], covers: () => undefined },
    memory: { isConfirmed: () => true },
    agreeingRounds: () => 2,
    running: new Set(),
    fleetFacts: undefined,
  };
}

const dead = fc.array(
  fc.tuple(fc.constantFrom(...CODES), fc.constantFrom("working", "idle", "exiting")),
  { minLength: 1, maxLength: 8 },
);

describe("planRound()", () => {
  test("plans an attempt for every death without a guard that a policy names", () => {
    const codes = ["heartbeat-old", "process-gone", "stuck"];
    const match = { codes, states: ["working"] };
    const round = roundWith({ command: ["true"], match, budget_per_round: 1000 });
    fc.assert(
      fc.property(dead, (given) => {
        const cells = given.map(([code, state], n) => deadCell(n, code, state));
        const due = cells.filter(
          ({ cell: { problems, state } }) =>
            problems.every(({ code }) => codes.includes(code)) && state === "working",
        );
        const planned = planRound(round, cells);
        expect(planned.map(({ observed }) => observed)).toEqual(due);
        expect(planned.flatMap(({ gates }) => gates)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("allows no more of them than the budget in one round, and says why", () => {
    const round = roundWith({ command: ["true"], match: { codes: CODES }, budget_per_round: 2 });
    const cells = CODES.map((code, n) => deadCell(n, code, "working"));
    const gates = planRound(round, cells).map((each) => each.gates.map(({ gate }) => gate).join());
    expect(gates.join(" ")).toBe(
      `  ${CODES.slice(2)
        .map(() => "budget")
        .join(" ")}`,
    );
  });
});
