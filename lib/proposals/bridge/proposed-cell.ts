/**
 * Creating the cell of a proposal, as init-cell does.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { limitForInterval } from "../../verdict/age-limit.ts";
import { parseLossless } from "../../contract/json.ts";
import { CELL_FILES } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import { valueOf } from "../../contract/facts.ts";
import { canonicalId } from "../../base/id.ts";
import type { IssueKey } from "../form/gitea.ts";
import type { Proposal } from "../form/proposal-schema.ts";
import { type CellPlan, seedTexts } from "../../cell/create/create-cell.ts";
import { initCells, type InitOutcome } from "../../cell/create/init-cells.ts";
import { observeCell } from "../../cell/observe.ts";
import type { Owner } from "../../cell/create/owner.ts";
import type { CloneLimits } from "../../git/clone-limits.ts";
import type { Root } from "../../host/files/directory.ts";
import { hasSameSubject } from "./cell-ownership.ts";

/** The UUID namespace for mission ids derived from issues. */
const NAMESPACE = "c9a7ea1c-4a0c-5c41-9c5e-6d6b2f0f54d1";

/** The limits for cloning a repository from an untrusted proposal. */
export const CLONE_LIMITS: CloneLimits = { ms: 600_000, bytes: 2 * 2 ** 30, entries: 200_000 };
export const DEFAULT_CLONE_OPTIONS: CloneOptions = { limits: CLONE_LIMITS };

/** The mission id derived from an issue, for a proposal that requests none: always the same. */
export const derivedMissionId = ({ number, repository }: IssueKey): string =>
  Bun.randomUUIDv5(`${repository.id}/${number}`, NAMESPACE);

/** A cell to create: its id, its proposal, and the URL of its issue, if there is one. */
export interface CellRequest {
  readonly id: string;
  readonly proposal: Proposal;
  readonly source: string | undefined;
}

/** Options for creating cells. */
export interface CreationOptions {
  /** The owner of a new cell. */
  readonly owner: Owner;
  readonly now: Date;
  readonly dryRun: boolean;
}

/** The limits of a clone, and a callback right before the cell appears. */
export interface CloneOptions {
  readonly limits: CloneLimits;
  readonly confirm?: () => Promise<void>;
}

/**
 * Creates the cell unless it exists. An existing cell is recognized by its own mission.json,
 * which is enough here because an operator runs this by hand.
 *
 * @throws {OperatorError} when another cell has that id, or the cell cannot be created.
 */
export async function ensureProposedCell(
  root: Root,
  request: CellRequest,
  creation: CreationOptions,
  clone: CloneOptions,
): Promise<InitOutcome> {
  if (belongsToOther(root, request)) throw idTaken(request.id);
  const outcome = await createRequestedCell(root, request, creation, clone);
  if (outcome.outcome === "exists" && belongsToOther(root, request)) throw idTaken(request.id);
  return outcome;
}

function belongsToOther(root: Root, { id, proposal, source }: CellRequest): boolean {
  const { self, mission } = observeCell(root, id);
  const existing = valueOf(mission);
  if (self.outcome === "absent") return false;
  if (source === undefined || existing?.source !== source) return true;
  return proposal.mission_id !== undefined && !hasSameSubject(existing, proposal);
}

/**
 * Creates the cell unless one with that id exists.
 *
 * @throws {OperatorError} when it cannot be created.
 */
export async function createRequestedCell(
  root: Root,
  request: CellRequest,
  { owner, now, dryRun }: CreationOptions,
  clone: CloneOptions,
): Promise<InitOutcome> {
  const plan = planOf(request, owner, now, clone);
  const [outcome] = await initCells(root, [request.id], plan, { repair: false, dryRun });
  if (outcome === undefined) throw idTaken(request.id);
  return outcome;
}

export const idTaken = (id: string): OperatorError =>
  new OperatorError(
    "data_error",
    `Cannot create mission ${id}: a cell with that id already exists, and it did not come from this issue`,
    "omit the mission id from the proposal, or propose another one",
  );

/** The mission.json that the request would create. */
export const previewMission = (request: CellRequest, now: Date): object =>
  parseLossless(
    seedTexts(request.id, planOf(request, {}, now, DEFAULT_CLONE_OPTIONS)).get(
      CELL_FILES.mission,
    ) ?? "",
  ) ?? {};

/** All of a proposal goes into mission.json; fields without a key there keep their own name. */
function planOf(
  { proposal, source }: CellRequest,
  owner: Owner,
  now: Date,
  { limits, confirm }: CloneOptions,
): CellPlan {
  const { title, objective, owner: responsible, labels, mission_id: _, ...rest } = proposal;
  const previous = rest.previous === undefined ? undefined : canonicalId(rest.previous);
  const { repository, ref, heartbeat_interval_seconds: interval } = proposal;
  return {
    details: {
      title,
      objective,
      owner: responsible,
      more: { ...rest, ...defined({ previous }) },
      ...defined({
        labels,
        source,
        stale_after_seconds: interval === undefined ? undefined : limitForInterval(interval),
      }),
    },
    repository: repository === undefined ? undefined : { url: repository, ref, limits },
    owner,
    now,
    ...defined({ confirm }),
  };
}

/** The mission id that a proposal requests, in its canonical spelling. */
export const requestedId = ({ mission_id: id }: Proposal): string | undefined =>
  id === undefined ? undefined : canonicalId(id);
