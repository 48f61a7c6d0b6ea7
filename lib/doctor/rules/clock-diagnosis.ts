/**
 * Judges the wall clock.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { type Diagnosis, failedCheck, passed, warned } from "./diagnosis.ts";

/** The program did not exist before. */
const EARLIEST = Date.parse("2026-01-01T00:00:00Z");

export interface ClockFacts {
  readonly now: Date;
  /** When the daemon's last round ended, by this host's clock at that time. */
  readonly lastRound: string | undefined;
  /** The setting `allowed_skew_seconds`. */
  readonly allowedSkewSeconds: number;
  /** Whether systemd says that the clock is synchronized; undefined if it does not say. */
  readonly isSynchronized: boolean | undefined;
}

export function clockDiagnosis(facts: ClockFacts): Diagnosis {
  const { now, lastRound, allowedSkewSeconds, isSynchronized } = facts;
  const text = now.toISOString();
  if (now.getTime() < EARLIEST)
    return failedCheck("clock", `${text} is in the past: every beat is judged wrongly`, SET_CLOCK);
  const ahead = lastRound === undefined ? 0 : (Date.parse(lastRound) - now.getTime()) / 1000;
  if (ahead > allowedSkewSeconds)
    return failedCheck(
      "clock",
      `${text}, but the daemon's last round was ${describeDuration(ahead)} later: the clock was set back, or was ahead`,
      SET_CLOCK,
    );
  if (isSynchronized === false)
    return warned("clock", `${text}, not synchronized with a time server`, SET_CLOCK);
  return passed("clock", `${text}${isSynchronized === true ? ", synchronized" : ""}`);
}

const SET_CLOCK = "timedatectl set-ntp true; then see: timedatectl status";
