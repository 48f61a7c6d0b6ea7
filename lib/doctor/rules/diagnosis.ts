/**
 * What a check of the host found, and what that means for the exit code.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";

/** From the best to the worst; the index is the exit code. */
export const DIAGNOSIS_LEVELS = ["ok", "warning", "problem"] as const;
type DiagnosisLevel = (typeof DIAGNOSIS_LEVELS)[number];

/** One line of `lazarus-pit doctor`. */
export interface Diagnosis {
  /** What was checked, in one word. */
  readonly check: string;
  readonly level: DiagnosisLevel;
  readonly text: string;
  /** What to type or do next; only for a warning or a problem. */
  readonly next?: string;
}

export const passed = (check: string, text: string): Diagnosis => ({ check, level: "ok", text });

export const warned = (check: string, text: string, next: string): Diagnosis => ({
  check,
  level: "warning",
  text,
  next,
});

export const failedCheck = (check: string, text: string, next?: string): Diagnosis => ({
  check,
  level: "problem",
  text,
  ...defined({ next }),
});

/** The worst level of all; `ok` of none. */
export const worstLevel = (all: readonly Diagnosis[]): DiagnosisLevel =>
  DIAGNOSIS_LEVELS.findLast((each) => all.some(({ level }) => level === each)) ?? "ok";
