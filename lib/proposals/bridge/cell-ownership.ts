/**
 * Whether a cell belongs to an issue.
 *
 * @module
 */
import type { CellOwnership } from "../form/acceptance-input.ts";
import { valueOf } from "../../contract/facts.ts";
import type { RecordedMission } from "../form/host-records.ts";
import type { Mission } from "../../contract/mission.ts";
import type { Proposal } from "../form/proposal-schema.ts";
import { observeCell } from "../../cell/observe.ts";
import type { Root } from "../../host/files/directory.ts";

/** An issue as the possible origin of a cell. */
export interface IssueOrigin {
  /** The issue's URL. */
  readonly source: string;
  /** The mission id derived from the issue. */
  readonly derivedId: string;
  readonly recorded: RecordedMission | undefined;
}

/**
 * The ownership of the cell `id` under `root`. An agent can write any issue into its own cell
 * as the source. So for an id that a person chose, only our record counts, and only while the
 * cell has the recorded title and objective. An id derived from an issue belongs to that issue.
 */
export function cellOwnership(
  root: Root,
  id: string,
  { source, derivedId, recorded }: IssueOrigin,
): CellOwnership {
  const facts = observeCell(root, id);
  if (facts.self.outcome === "absent") return "free";
  const mission = valueOf(facts.mission);
  if (recorded?.mission_id === id) return hasSameSubject(mission, recorded) ? "ours" : "other";
  return id === derivedId && mission?.source === source ? "ours" : "other";
}

type Subject = Pick<Proposal, "title" | "objective">;

/** True unless a mission has another title or objective. */
export const hasSameSubject = (
  mission: Mission | undefined,
  { title, objective }: Subject,
): boolean => mission === undefined || (mission.title === title && mission.objective === objective);
