/**
 * Finding the one mission of the fleet that a part of an id, or a title, names.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import { canonicalId, isMissionId } from "../base/id.ts";
import { hasIdPart, type IdUse, isPartOfId, isTitle } from "../base/id-part.ts";
import { quoted } from "../base/printable.ts";
import { severalCells } from "../cli/several-cells.ts";
import type { FleetReport } from "../contract/fleet-report.ts";

/** What a look at the fleet says of its missions. */
export type KnownMissions = Pick<FleetReport, "cells" | "summary">;

const HINT = "list all missions with: scan --fleet --ndjson";

/**
 * The id of the mission that `text` names: a whole id, whether or not any host has it; else its
 * beginning or end, of at least four digits, or for reading its whole title, in either case.
 *
 * @throws {OperatorError} of kind `usage` when it names several missions, or can name none; of kind
 *   `no_input` when it is part of an id, and no host has such a mission.
 */
export function findMission(report: KnownMissions, text: string, use: IdUse): string {
  if (isMissionId(text)) return canonicalId(text);
  const titles = new Map(report.cells.map((cell) => [canonicalId(cell.mission_id), cell.title]));
  const isPart = isPartOfId(text);
  const byId = isPart ? [...titles.keys()].filter((id) => hasIdPart(id, text)) : [];
  const found =
    byId.length > 0 || use === "act"
      ? byId
      : [...titles].filter(([, title]) => isTitle(text, title)).map(([id]) => id);
  const [only, ...others] = found;
  if (only === undefined) throw isPart ? noSuchPart(report, text) : noSuchName(report, text, use);
  if (others.length > 0) throw severalCells(text, found, (id) => titles.get(id) ?? "");
  return only;
}

/** Names the hosts that are not live, which may have what was not found; empty without any. */
export function unseenHosts({ summary }: KnownMissions): string {
  const away = summary.hosts.total - summary.hosts.live;
  return away === 0 ? "" : `; ${away} of them may have it, but are not live`;
}

const noSuchPart = (report: KnownMissions, part: string): OperatorError =>
  new OperatorError(
    "no_input",
    `Cannot find ${quoted(part)}: no host of the fleet has a mission whose id begins or ends with it${unseenHosts(report)}`,
    HINT,
  );

function noSuchName(report: KnownMissions, text: string, use: IdUse): OperatorError {
  const why =
    use === "read"
      ? "it is not a UUID, nor part of one, nor the title of a mission of the fleet; a report needs its path or .json, an address http:// or https://" +
        unseenHosts(report)
      : "to give an order, it must be a UUID, or the beginning or end of one, of at least 4 digits";
  return new OperatorError("usage", `Cannot use ${quoted(text)} as a mission: ${why}`, HINT);
}
