/**
 * The verdict on most cells, without the table: the contract holds, the agent works, and its last beat is
 * fresh. Takes a tenth of the time of the table, which has to agree wherever this gives a verdict.
 *
 * @module
 */
import { type CellFacts, valueOf } from "../contract/facts.ts";
import {
  EXITING_STATE,
  type Heartbeat,
  IDLE_STATE,
  STUCK_STATE,
  WAITING_STATE,
} from "../contract/heartbeat.ts";
import type { Limits } from "../contract/settings.ts";
import { ageInSeconds, ageLimit, expectedSince, expectsBeat, freshnessOf } from "./age-limit.ts";
import { hasOtherId } from "./problems.ts";

/** Since when a beat has been expected, in milliseconds since 1970; age and limit in seconds. */
export interface FreshBeat {
  readonly expectedMs: number;
  readonly age: number;
  readonly limit: number;
}

/** The fresh beat of a cell about which there is nothing else to report; undefined for any other cell. */
export function freshBeatOf(facts: CellFacts, limits: Limits, now: Date): FreshBeat | undefined {
  const mission = valueOf(facts.mission);
  const beat = valueOf(facts.heartbeat);
  if (mission === undefined || beat === undefined || !isWhole(facts)) return undefined;
  if (!expectsBeat(mission) || !isAtWork(beat) || !isOneMission(facts)) return undefined;
  const age = ageInSeconds(beat, now);
  const expectedMs = expectedSince(mission, beat, now);
  const limit = ageLimit(facts, limits);
  const silence = (now.getTime() - expectedMs) / 1000;
  const isFresh =
    freshnessOf(age, Infinity, limits) === "fresh" &&
    freshnessOf(silence, limit, limits) === "fresh";
  return isFresh ? { expectedMs, age, limit } : undefined;
}

/** True for a beat that only says that the agent works. */
const isAtWork = ({ state, exit, other_writer }: Heartbeat): boolean =>
  exit === undefined &&
  other_writer === undefined &&
  state !== EXITING_STATE &&
  state !== WAITING_STATE &&
  state !== IDLE_STATE &&
  state !== STUCK_STATE;

/** True if no file names another mission. */
const isOneMission = ({ id, mission, config, heartbeat }: CellFacts): boolean =>
  !hasOtherId(mission, id) && !hasOtherId(config, id) && !hasOtherId(heartbeat, id);

/** True if all parts are there, and the process that the beat vouches for, if it does. */
const isWhole = ({ self, dirs, config, log, lostClone, processWitness }: CellFacts): boolean =>
  lostClone === undefined &&
  (processWitness === undefined || processWitness.seen === "alive") &&
  config.outcome === "read" &&
  self.outcome === "found" &&
  log.outcome === "found" &&
  dirs.meta.outcome === "found" &&
  dirs.config.outcome === "found" &&
  dirs.state.outcome === "found" &&
  dirs.logs.outcome === "found" &&
  dirs.artifacts.outcome === "found" &&
  dirs.worktree.outcome === "found";
