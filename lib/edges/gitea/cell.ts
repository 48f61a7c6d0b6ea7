/**
 * From a proposal to its cell, by init-cell's own way.
 *
 * @module
 */
import type { Standing } from "../../rules/acceptance.ts";
import { limitOf } from "../../rules/classify.ts";
import { CELL_FILES } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { valueOf } from "../../schemas/facts.ts";
import { canonicalId } from "../../schemas/id.ts";
import type { Issue } from "../../schemas/gitea.ts";
import type { Proposal } from "../../schemas/proposal.ts";
import { type Plan, seedTexts } from "../cell/init.ts";
import { initCells, type Outcome } from "../cell/initialize.ts";
import { observeCell } from "../cell/observe.ts";
import type { Owner } from "../cell/owner.ts";
import type { Root } from "../host/directory.ts";

/** The space of names in which issues become mission ids. */
const NAMESPACE = "c9a7ea1c-4a0c-5c41-9c5e-6d6b2f0f54d1";

/** How long a stranger's repository may take to be cloned. */
const CLONE_MS = 600_000;

/** The id of the mission that an issue makes where it names none: always the same. */
export const missionOf = ({ number, repository }: Pick<Issue, "number" | "repository">): string =>
  Bun.randomUUIDv5(`${repository.id}/${number}`, NAMESPACE);

/** A cell to make: its id, what was proposed, and the address of the issue, if there is one. */
export interface Wanted {
  readonly id: string;
  readonly proposal: Proposal;
  readonly source: string | undefined;
}

/** What stands under `root` where the cell `id` is to be, for the issue at `source`. */
export function standing(root: Root, id: string, source: string | undefined): Standing {
  const facts = observeCell(root, id);
  if (facts.self.outcome === "absent") return "free";
  return source !== undefined && valueOf(facts.mission)?.source === source ? "ours" : "other";
}

/** How cells are made. */
export interface Making {
  /** To whom a new cell is given. */
  readonly owner: Owner;
  readonly now: Date;
  readonly dryRun: boolean;
}

/**
 * Makes the cell, or finds that it is there already.
 *
 * @throws {OperatorError} when another cell has that id, or it cannot be made.
 */
export async function makeProposed(
  root: Root,
  wanted: Wanted,
  { owner, now, dryRun }: Making,
): Promise<Outcome> {
  const { id, source } = wanted;
  if (standing(root, id, source) === "other") throw taken(id);
  const plan = planOf(wanted, owner, now);
  const [outcome] = await initCells(root, [id], plan, { repair: false, dryRun });
  // Another process may have made one of that id since the first look.
  if (
    outcome === undefined ||
    (outcome.outcome === "exists" && standing(root, id, source) === "other")
  )
    throw taken(id);
  return outcome;
}

const taken = (id: string): OperatorError =>
  new OperatorError(
    "data_error",
    `Cannot make mission ${id}: there is a cell of that id, and it did not come from this issue`,
    "leave the mission id out of the proposal, or propose another one",
  );

/** What mission.json would say. */
export const missionWanted = (wanted: Wanted, now: Date): object =>
  JSON.parse(
    seedTexts(wanted.id, planOf(wanted, {}, now)).get(CELL_FILES.mission) ?? "{}",
  ) as object;

/** Everything that was proposed reaches mission.json; what it has no key for, under its own name. */
function planOf({ proposal, source }: Wanted, owner: Owner, now: Date): Plan {
  const { title, objective, owner: answerable, labels, mission_id: _, ...more } = proposal;
  const { repository, ref, heartbeat_interval_seconds: interval } = proposal;
  return {
    about: {
      title,
      objective,
      owner: answerable,
      ...(labels === undefined ? {} : { labels }),
      ...(source === undefined ? {} : { source }),
      ...(interval === undefined ? {} : { stale_after_seconds: limitOf(interval) }),
      more,
    },
    repository: repository === undefined ? undefined : { url: repository, ref, timeout: CLONE_MS },
    owner,
    now,
  };
}

/** The id that a proposal asks for, in its one spelling. */
export const idOf = ({ mission_id: id }: Proposal): string | undefined =>
  id === undefined ? undefined : canonicalId(id);
