/**
 * The missions of a root by their issue, as their own files name it. A mission's agent can write
 * anything there, so callers need further proof before they act.
 *
 * @module
 */
import { valueOf } from "../../contract/facts.ts";
import { isTerminal, type Mission } from "../../contract/mission.ts";
import { listRoot } from "../../cell/listing.ts";
import { observeCell } from "../../cell/observe.ts";
import type { Root } from "../../host/files/directory.ts";
import { syscalls } from "../../host/syscalls/plan.ts";

/** A mission that has ended. */
export interface EndedMission {
  readonly id: string;
  readonly mission: Mission;
  /** The path of its artifacts in the cell. */
  readonly artifacts: string;
}

const missionOf = (root: Root, id: string): Mission | undefined =>
  valueOf(observeCell(root, id, syscalls()).mission);

/** The ids of missions that name the issue `source` as their source. */
export const missionsFromIssue = (root: Root, source: string): string[] =>
  listRoot(root).ids.filter((id) => missionOf(root, id)?.source === source);

/** Matches the URL of an issue. The tracker or repository may have been renamed since. */
const ISSUE_URL = /\/issues\/\d+$/;

/** The id of some mission that names an issue as its source. */
export const findMissionFromAnyIssue = (root: Root): string | undefined =>
  listRoot(root).ids.find((id) => ISSUE_URL.test(missionOf(root, id)?.source ?? ""));

/** True if the cell `id` has a mission that has ended. */
export function hasMissionEnded(root: Root, id: string): boolean {
  const status = valueOf(observeCell(root, id).mission)?.status;
  return status !== undefined && isTerminal(status);
}

/** The missions of a root that have ended. */
export const endedMissions = (root: Root): EndedMission[] =>
  listRoot(root).ids.flatMap((id) => {
    const { mission, dirs } = observeCell(root, id, syscalls());
    const value = valueOf(mission);
    return value !== undefined && isTerminal(value.status)
      ? [{ id, mission: value, artifacts: dirs.artifacts.path }]
      : [];
  });
