/**
 * Reading the flags of init-cell that describe new cells.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { quoted } from "../../base/printable.ts";
import { Labels, MissionStatus, Source } from "../../contract/mission.ts";
import { readFlag } from "../../cli/flags.ts";
import { type Flags, listFlag, textFlag } from "../../cli/flag-values.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { checkRepository } from "../../git/clone.ts";
import type { CellPlan } from "./create-cell.ts";

/** The flags that describe a new cell. */
type CellFlag =
  | "repo"
  | "ref"
  | "label"
  | "title"
  | "objective"
  | "owner"
  | "source"
  | "status"
  | "user"
  | "group";

/**
 * Reads the plan for new cells from the flags.
 *
 * @throws {OperatorError} of kind `usage` when one is wrong.
 */
export function readCellPlan(args: Flags<CellFlag>, now: Date): CellPlan {
  const url = textFlag(args, "repo");
  const ref = textFlag(args, "ref");
  if (url === undefined && ref !== undefined)
    throw cannotUse("--ref without --repo", "name the repository with --repo");
  const labels = listFlag(args, "label");
  const repository = url === undefined ? undefined : { url, ref };
  if (repository !== undefined) checkRepository(repository);
  const details = defined({
    title: textFlag(args, "title"),
    objective: textFlag(args, "objective"),
    owner: textFlag(args, "owner"),
    labels: labels.length === 0 ? undefined : readLabels(labels),
    source: args["source"] === undefined ? undefined : readFlag("source", Source, args["source"]),
    status:
      args["status"] === undefined ? undefined : readFlag("status", MissionStatus, args["status"]),
  });
  return {
    details,
    repository,
    owner: { user: textFlag(args, "user"), group: textFlag(args, "group") },
    now,
  };
}

function readLabels(labels: readonly string[]): Record<string, string> {
  const pairs = labels.map((label) => {
    const at = label.indexOf("=");
    if (at < 1) throw cannotUse(`"${label}" for --label`, "write it as --label name=value");
    return [label.slice(0, at), label.slice(at + 1)] as const;
  });
  const duplicate = pairs.find(([name], at) => pairs.findIndex(([other]) => other === name) < at);
  if (duplicate !== undefined)
    throw cannotUse(`label ${quoted(duplicate[0])} more than once`, "give it once");
  return readFlag("label", Labels, Object.fromEntries(pairs));
}
