/**
 * Why a cell has the status it has: the facts, the policy, and the row that decided.
 *
 * @module
 */
import { type CellFacts, valueOf } from "../schemas/facts.ts";
import { type Policy, POLICY_SETTINGS } from "../schemas/settings.ts";
import { expectsBeat, momentOf, ROWS, type Row, type Verdict } from "./classify.ts";
import { describeDuration } from "./duration.ts";
import { partsOf } from "./problems.ts";

/** The parts of a verdict, ready to print as JSON or as text. */
export interface Explanation {
  readonly mission_id: string;
  readonly status: Verdict["status"];
  /** The row of the table of verdicts that decided, and its condition in words. */
  readonly row: Row;
  readonly because: string;
  readonly problems: Verdict["problems"];
  readonly age_seconds: number | null;
  readonly limit_seconds: number | null;
  /** Where the limit came from, in words. */
  readonly limit_from: string;
  readonly facts: readonly { readonly path: string; readonly outcome: string }[];
  readonly mission_status: string | null;
  readonly beat: { readonly timestamp: string; readonly state: string } | null;
  readonly policy: Policy;
}

/** Explains a verdict on a cell. */
export function explain(facts: CellFacts, policy: Policy, verdict: Verdict): Explanation {
  const beat = valueOf(facts.heartbeat);
  return {
    mission_id: facts.id,
    status: verdict.status,
    row: verdict.row,
    because: ROWS[verdict.row],
    problems: verdict.problems,
    age_seconds: verdict.age_seconds,
    limit_seconds: verdict.limit_seconds,
    limit_from: limitFrom(facts, policy),
    facts: partsOf(facts).map(({ path, outcome }) => ({ path, outcome })),
    mission_status: valueOf(facts.mission)?.status ?? null,
    beat: beat === undefined ? null : { timestamp: momentOf(beat), state: beat.state },
    policy: policyOf(policy),
  };
}

/** An explanation for a person. */
export function explanationText(explanation: Explanation): string {
  const { policy, beat } = explanation;
  const lines = [
    `mission   ${explanation.mission_id}`,
    `status    ${explanation.status}`,
    `decided   ${explanation.row}: ${explanation.because}`,
    ...explanation.problems.map(({ code, text }) => `problem   ${code}: ${text}`),
    "",
    "facts",
    ...explanation.facts.map(({ path, outcome }) => `  ${outcome.padEnd(16)}${path}`),
    `  mission status  ${explanation.mission_status ?? "unknown"}`,
    `  last beat       ${beat === null ? "unknown" : `${beat.timestamp}, state ${beat.state}`}`,
    `  age             ${inSeconds(explanation.age_seconds)}`,
    `  age limit       ${inSeconds(explanation.limit_seconds)}`,
    "",
    "policy",
    `  limit from ${explanation.limit_from}`,
    ...Object.entries(policy).map(([name, value]) => `  ${name} ${value}`),
  ];
  return lines.join("\n");
}

/** The policy alone, where the caller has all settings at hand. */
const policyOf = (settings: Policy): Policy =>
  Object.fromEntries(POLICY_SETTINGS.map((name) => [name, settings[name]])) as Policy;

const inSeconds = (seconds: number | null): string =>
  seconds === null ? "none" : `${seconds} s (${describeDuration(seconds)})`;

function limitFrom(facts: CellFacts, policy: Policy): string {
  const mission = valueOf(facts.mission);
  if (mission !== undefined && !expectsBeat(mission)) return "nothing: no beat is expected";
  const beat = valueOf(facts.heartbeat);
  const base =
    valueOf(facts.config)?.stale_after_seconds !== undefined
      ? "stale_after_seconds of cell.json"
      : beat?.interval_seconds !== undefined
        ? "4 times interval_seconds of the heartbeat"
        : "the configured stale_after_seconds";
  const activity = beat?.activity === undefined ? "" : ` plus expect_seconds of the activity`;
  return `${base}${activity}, held between ${policy.min_stale_after_seconds} and ${policy.max_stale_after_seconds}`;
}
