/**
 * Warnings about what init-cell does not do to an existing cell, although its caller may expect it.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import type { ClonedRepository } from "../../contract/cell.ts";
import { type CellFacts, valueOf } from "../../contract/facts.ts";
import type { MissionDetails } from "../rules/seed.ts";

/** Warnings about absent parts of a cell, which a repair creates without their former contents. */
export function repairWarnings(
  { dirs, mission, config, log }: CellFacts,
  origin: ClonedRepository | undefined,
): string[] {
  const { path, outcome } = dirs.worktree;
  const isOlder = log.outcome === "found";
  const lost = [
    outcome === "absent" && origin !== undefined
      ? `${path} is new and empty: it was a clone of ${quoted(origin.url)}, which is not restored`
      : undefined,
    dirs.artifacts.outcome === "absent" && isOlder
      ? `${dirs.artifacts.path} is new and empty: what was in it is not restored`
      : undefined,
    mission.outcome === "absent" && isOlder
      ? `${mission.path} is new: title, labels and status of the lost one are not restored`
      : undefined,
    config.outcome === "absent" && isOlder
      ? `${config.path} is new: pointers and age limit of the lost one are not restored`
      : undefined,
  ];
  return lost.filter((each) => each !== undefined);
}

const DETAILS = ["title", "objective", "owner", "labels", "source"] as const;

/** A warning if flags differ from what an existing cell says; empty if they agree. */
export function unusedDetails({ mission }: CellFacts, details: MissionDetails): string[] {
  const existing = valueOf(mission);
  const others = DETAILS.filter(
    (name) => details[name] !== undefined && !isSame(details[name], existing?.[name]),
  );
  return others.length === 0
    ? []
    : [`the cell keeps its own ${others.join(", ")}: flags describe new cells only`];
}

const isSame = (a: unknown, b: unknown): boolean => Bun.deepEquals(a, b);
