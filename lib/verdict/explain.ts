/**
 * `scan --explain`: what each witness reported, and which one decided.
 *
 * @module
 */
import { type CellFacts, valueOf } from "../contract/facts.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import { LIMIT_SETTINGS } from "../contract/setting-rows.ts";
import type { Suspicion } from "../contract/report.ts";
import type { Limits } from "../contract/settings.ts";
import { beatTime, expectsBeat, waitsUntil } from "./age-limit.ts";
import type { Verdict } from "./classify.ts";
import { boundedText } from "./evidence.ts";
import type { ReportedWork } from "./final.ts";
import { type CommandPlace, nextStep } from "./next-step.ts";
import { contractParts } from "./problems.ts";
import { ROWS, type Row, WITNESSES } from "./rows.ts";
import { witnessTexts } from "./witness-texts.ts";

/** The parts of a verdict, ready to print as JSON or as text. */
export interface Explanation {
  readonly mission_id: string;
  readonly status: Verdict["status"];
  readonly attention: Verdict["attention"];
  /** The row of the verdict table that decided, its condition as text, and its witness. */
  readonly row: Row;
  readonly because: string;
  readonly witness: string;
  readonly problems: Verdict["problems"];
  /** A remark that explains the status but is not a problem; null if there is none. */
  readonly note: string | null;
  /** What a person does next; null if nothing is to be done. */
  readonly next_step: string | null;
  readonly age_seconds: number | null;
  readonly limit_seconds: number | null;
  /** Where the limit comes from, as text. */
  readonly limit_from: string;
  readonly facts: readonly { readonly path: string; readonly outcome: string }[];
  readonly mission_status: string | null;
  readonly beat: { readonly timestamp: string; readonly state: string } | null;
  /** What each witness reported, as text. */
  readonly witnesses: Readonly<Record<string, string>>;
  /** The operator's limits. */
  readonly policy: Limits;
}

/** What an explanation needs beside the cell: where a person types the commands of the next step. */
export interface ExplanationContext extends CommandPlace {
  /** Why the observer may be at fault, if that is suspected. */
  readonly suspicion?: Suspicion | undefined;
}

/** Explains the verdict on a cell. */
export function explain(
  facts: CellFacts,
  limits: Limits,
  verdict: Verdict,
  { suspicion, ...place }: ExplanationContext = {},
): Explanation {
  const beat = valueOf(facts.heartbeat);
  const { status, attention, row, problems, age_seconds, limit_seconds } = verdict;
  const mission_status = valueOf(facts.mission)?.status ?? null;
  const mission_id = facts.id;
  return {
    mission_id,
    status,
    attention,
    row,
    because: ROWS[row],
    witness: row === "exited" && beat?.exit === undefined ? "beat" : WITNESSES[row],
    problems,
    note: noteOf(beat, row, limits),
    next_step:
      nextStep({ ...workOf(beat), mission_id, attention, mission_status, problems }, row, place) ??
      null,
    age_seconds,
    limit_seconds,
    limit_from: limitFrom(facts, limits),
    facts: contractParts(facts).map(({ path, outcome }) => ({ path, outcome })),
    mission_status,
    beat: beat === undefined ? null : { timestamp: beatTime(beat), state: beat.state },
    witnesses: witnessTexts(facts, verdict, suspicion),
    policy: limitsIn(limits),
  };
}

const workOf = (beat: Heartbeat | undefined): ReportedWork =>
  beat === undefined ? {} : { state: beat.state, progress: beat.progress, activity: beat.activity };

/** Why a healthy cell may be silent. */
function noteOf(beat: Heartbeat | undefined, row: Row, limits: Limits): string | null {
  if (row !== "waiting" && row !== "idle") return null;
  const said = boundedText(beat?.message);
  const message = said === null ? "" : `: ${said}`;
  const end = row === "waiting" && beat !== undefined ? waitsUntil(beat, limits) : undefined;
  const until = end === undefined ? "" : ` until ${new Date(end).toISOString()} at most`;
  return `the agent is ${row}${until}${message}`;
}

/** Only the limits, even if the caller passes all settings. */
const limitsIn = (settings: Limits): Limits =>
  Object.fromEntries(LIMIT_SETTINGS.map((name) => [name, settings[name]])) as Limits;

function limitFrom(facts: CellFacts, limits: Limits): string {
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
  const wait = beat?.state === "waiting" ? ", or to the end of the wait if that is later" : "";
  const range = `at least ${limits.min_stale_after_seconds}, at most ${limits.max_stale_after_seconds}`;
  return `${base}${activity}, ${range}${wait}`;
}
