/**
 * From a proposal to its cell, by init-cell's own way.
 *
 * @module
 */
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
import type { Bounds } from "../host/bounds.ts";
import type { Root } from "../host/directory.ts";
import { isAbout } from "./standing.ts";

/** The space of names in which issues become mission ids. */
const NAMESPACE = "c9a7ea1c-4a0c-5c41-9c5e-6d6b2f0f54d1";

/** What a stranger's repository may ask of this host. */
export const CLONE_BOUNDS: Bounds = { ms: 600_000, bytes: 2 * 2 ** 30 };
export const CARE: Care = { bounds: CLONE_BOUNDS };

/** The id of the mission that an issue makes where it names none: always the same. */
export const missionOf = ({ number, repository }: Pick<Issue, "number" | "repository">): string =>
  Bun.randomUUIDv5(`${repository.id}/${number}`, NAMESPACE);

/** A cell to make: its id, what was proposed, and the address of the issue, if there is one. */
export interface Wanted {
  readonly id: string;
  readonly proposal: Proposal;
  readonly source: string | undefined;
}

/** How cells are made. */
export interface Making {
  /** To whom a new cell is given. */
  readonly owner: Owner;
  readonly now: Date;
  readonly dryRun: boolean;
}

/** What a clone may ask of this host, and who is asked when the cell is about to appear. */
export interface Care {
  readonly bounds: Bounds;
  readonly confirm?: () => Promise<void>;
}

/**
 * Makes the cell, or finds that it is there already: by what it says of itself, which an
 * operator can judge.
 *
 * @throws {OperatorError} when another cell has that id, or it cannot be made.
 */
export async function makeProposed(
  root: Root,
  wanted: Wanted,
  making: Making,
  care: Care,
): Promise<Outcome> {
  if (isAnothers(root, wanted)) throw taken(wanted.id);
  const outcome = await makeWanted(root, wanted, making, care);
  if (outcome.outcome === "exists" && isAnothers(root, wanted)) throw taken(wanted.id);
  return outcome;
}

function isAnothers(root: Root, { id, proposal, source }: Wanted): boolean {
  const { self, mission } = observeCell(root, id);
  const said = valueOf(mission);
  if (self.outcome === "absent") return false;
  if (source === undefined || said?.source !== source) return true;
  return proposal.mission_id !== undefined && !isAbout(said, proposal);
}

/**
 * Makes the cell where there is none of that id.
 *
 * @throws {OperatorError} when it cannot be made.
 */
export async function makeWanted(
  root: Root,
  wanted: Wanted,
  { owner, now, dryRun }: Making,
  care: Care,
): Promise<Outcome> {
  const plan = planOf(wanted, owner, now, care);
  const [outcome] = await initCells(root, [wanted.id], plan, { repair: false, dryRun });
  if (outcome === undefined) throw taken(wanted.id);
  return outcome;
}

export const taken = (id: string): OperatorError =>
  new OperatorError(
    "data_error",
    `Cannot make mission ${id}: there is a cell of that id, and it did not come from this issue`,
    "leave the mission id out of the proposal, or propose another one",
  );

/** What mission.json would say. */
export const missionWanted = (wanted: Wanted, now: Date): object =>
  JSON.parse(
    seedTexts(wanted.id, planOf(wanted, {}, now, CARE)).get(CELL_FILES.mission) ?? "{}",
  ) as object;

/** Everything that was proposed reaches mission.json; what it has no key for, under its own name. */
function planOf(
  { proposal, source }: Wanted,
  owner: Owner,
  now: Date,
  { bounds, confirm }: Care,
): Plan {
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
    repository: repository === undefined ? undefined : { url: repository, ref, bounds },
    owner,
    now,
    ...(confirm === undefined ? {} : { confirm }),
  };
}

/** The id that a proposal asks for, in its one spelling. */
export const idOf = ({ mission_id: id }: Proposal): string | undefined =>
  id === undefined ? undefined : canonicalId(id);
