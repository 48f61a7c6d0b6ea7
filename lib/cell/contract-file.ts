/**
 * The contract files, with the facts that depend only on their paths: each scan uses them for every
 * cell.
 *
 * @module
 */
import { CELL_FILES } from "../contract/cell.ts";
import type { Presence, WithPath } from "../contract/facts.ts";

/** A contract file, and facts about it and its directory that are the same in each cell. */
export interface ContractFile {
  readonly path: string;
  readonly dir: string;
  readonly name: string;
  readonly dirFound: WithPath<Presence>;
  readonly dirAbsent: WithPath<Presence>;
  readonly found: WithPath<{ readonly outcome: "found" }>;
  readonly absent: WithPath<{ readonly outcome: "absent" }>;
}

function contractFile(path: string): ContractFile {
  const [dir = "", name = ""] = path.split("/");
  return {
    path,
    dir,
    name,
    dirFound: { outcome: "found", path: dir },
    dirAbsent: { outcome: "absent", path: dir },
    found: { outcome: "found", path },
    absent: { outcome: "absent", path },
  };
}

export const MISSION_FILE = contractFile(CELL_FILES.mission);
export const CONFIG_FILE = contractFile(CELL_FILES.config);
export const HEARTBEAT_FILE = contractFile(CELL_FILES.heartbeat);
export const LOG_FILE = contractFile(CELL_FILES.log);
