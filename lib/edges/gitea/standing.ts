/**
 * What stands where the cell of an issue is to be.
 *
 * @module
 */
import type { Standing } from "../../rules/acceptance.ts";
import { valueOf } from "../../schemas/facts.ts";
import type { Begun } from "../../schemas/gitea.ts";
import type { Mission } from "../../schemas/mission.ts";
import type { Proposal } from "../../schemas/proposal.ts";
import { observeCell } from "../cell/observe.ts";
import type { Root } from "../host/directory.ts";

/** The issue that a cell may be of: its address, the id that follows from it, and our record. */
export interface Origin {
  readonly source: string;
  readonly ownId: string;
  readonly begun: Begun | undefined;
}

/**
 * What stands under `root` where the cell `id` is to be. An agent can write into its own cell
 * that it came from any issue. So of an id that someone chose only our record is believed, and
 * only where the cell is still about the same; an id that follows from an issue is in no other
 * cell.
 */
export function standing(root: Root, id: string, { source, ownId, begun }: Origin): Standing {
  const facts = observeCell(root, id);
  if (facts.self.outcome === "absent") return "free";
  const mission = valueOf(facts.mission);
  if (begun?.mission_id === id) return isAbout(mission, begun) ? "ours" : "other";
  return id === ownId && mission?.source === source ? "ours" : "other";
}

type About = Pick<Proposal, "title" | "objective">;

/** True unless a mission says that it is about something else. */
export const isAbout = (mission: Mission | undefined, { title, objective }: About): boolean =>
  mission === undefined || (mission.title === title && mission.objective === objective);
