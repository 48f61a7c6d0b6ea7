/**
 * What init-cell's flags say of the cells to make.
 *
 * @module
 */
import { quoted } from "../../rules/printable.ts";
import { Labels, MissionStatus, Source } from "../../schemas/mission.ts";
import { type Args, listFlag, readFlag, refusal, textFlag } from "./flags.ts";
import { checkRepository } from "../host/git.ts";
import type { Plan } from "../cell/init.ts";

/**
 * Reads the plan for new cells from the flags.
 *
 * @throws {OperatorError} of kind `usage` when one is wrong.
 */
export function readPlan(args: Args, now: Date): Plan {
  const url = textFlag(args, "repo");
  const ref = textFlag(args, "ref");
  if (url === undefined && ref !== undefined)
    throw refusal("--ref without --repo", "say which repository");
  const labels = listFlag(args, "label");
  const repository = url === undefined ? undefined : { url, ref };
  if (repository !== undefined) checkRepository(repository);
  const said = {
    title: textFlag(args, "title"),
    objective: textFlag(args, "objective"),
    owner: textFlag(args, "owner"),
    labels: labels.length === 0 ? undefined : readLabels(labels),
    source: args["source"] === undefined ? undefined : readFlag("source", Source, args["source"]),
    status:
      args["status"] === undefined ? undefined : readFlag("status", MissionStatus, args["status"]),
  };
  const about = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return {
    about,
    repository,
    owner: { user: textFlag(args, "user"), group: textFlag(args, "group") },
    now,
  };
}

function readLabels(labels: readonly string[]): Record<string, string> {
  const pairs = labels.map((label) => {
    const at = label.indexOf("=");
    if (at < 1) throw refusal(`"${label}" for --label`, "write it as --label name=value");
    return [label.slice(0, at), label.slice(at + 1)] as const;
  });
  const twice = pairs.find(([name], at) => pairs.findIndex(([other]) => other === name) < at);
  if (twice !== undefined) throw refusal(`label ${quoted(twice[0])} a second time`, "give it once");
  return readFlag("label", Labels, Object.fromEntries(pairs));
}
