/**
 * Which missions of a root came from which issue, by what their own files say. A mission's
 * agent can write there what it likes: who acts on it asks for more.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { valueOf } from "../../schemas/facts.ts";
import { isTerminal, type Mission } from "../../schemas/mission.ts";
import { listRoot } from "../cell/listing.ts";
import { observeCell } from "../cell/observe.ts";
import { at, type Root, withPlace } from "../host/directory.ts";

/** A mission that is over. */
export interface Over {
  readonly id: string;
  readonly mission: Mission;
  /** Where its artifacts are in the cell. */
  readonly artifacts: string;
}

/** The missions that say that they came from `source`. */
export const missionsFrom = (root: Root, source: string): string[] =>
  listRoot(root).ids.filter((id) => valueOf(observeCell(root, id).mission)?.source === source);

/** The missions of a root that are over. */
export const missionsOver = (root: Root): Over[] =>
  listRoot(root).ids.flatMap((id) => {
    const { mission, dirs } = observeCell(root, id);
    const said = valueOf(mission);
    return said !== undefined && isTerminal(said.status)
      ? [{ id, mission: said, artifacts: dirs.artifacts.path }]
      : [];
  });

/** The names in a mission's artifacts, sorted; none where they cannot be listed. */
export function artifactsOf(root: Root, { id, artifacts }: Over): string[] {
  try {
    return withPlace(root.fd, [id, ...artifacts.split("/")], (dir) =>
      readdirSync(at(dir, ".")).toSorted(),
    );
  } catch {
    return [];
  }
}
