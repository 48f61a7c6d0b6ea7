/**
 * Facts about a cell: the output of one observation, and the input of the health rules.
 *
 * A broken part is a fact about its cell, not an exception, so that one bad cell never
 * hides the others from a scan.
 *
 * @module
 */
import type { CellConfig, CellDir } from "./cell.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Mission } from "./mission.ts";

/** How a part violates the contract; `why` is the end of a sentence about it. */
export type Flaw =
  | { readonly outcome: "absent" }
  | {
      readonly outcome: "wrong-type" | "unreadable" | "malformed" | "too-large" | "pointer-escapes";
      readonly why: string;
      /** True for a symlink. */
      readonly isLink?: boolean;
    };

/** The outcome of checking for a directory, or for a file that is not read. */
export type Presence = { readonly outcome: "found" } | Flaw;

/** The outcome of reading a contract file. */
export type Reading<T> =
  | {
      readonly outcome: "read";
      readonly value: T;
      /** When the file was written, in milliseconds since 1970 by its file system's clock. */
      readonly writtenMs?: number | undefined;
    }
  | Flaw;

/** The value of a successful reading; undefined for a flaw. */
export const valueOf = <T>(reading: Reading<T>): T | undefined =>
  reading.outcome === "read" ? reading.value : undefined;

/** An outcome with the path of the part, relative to the cell. */
export type WithPath<L> = L & { readonly path: string };

/** True for a part that violates the contract. */
export const isFlawed = (part: WithPath<Presence | Reading<unknown>>): part is WithPath<Flaw> =>
  part.outcome !== "found" && part.outcome !== "read";

/** What this host sees of the process that the last beat vouches for. */
export type ProcessWitness =
  | { readonly seen: "gone" }
  /** Stopped by a signal, such as SIGSTOP or a terminal's Ctrl-Z, it lives and does nothing. */
  | { readonly seen: "alive"; readonly isStopped?: true }
  /** `why` is a clause about the process. */
  | { readonly seen: "unknown"; readonly why: string }
  /** The beat was written before a boot, or on another host; this one is up for `uptimeSeconds`. */
  | { readonly seen: "other-boot"; readonly uptimeSeconds: number };

/** Everything the rules know about a cell. */
export interface CellFacts {
  /** The directory's name: a canonical mission id. */
  readonly id: string;
  /** The cell's own directory; `absent` if it vanished after it was listed. */
  readonly self: Presence;
  readonly dirs: Readonly<Record<CellDir, WithPath<Presence>>>;
  readonly mission: WithPath<Reading<Mission>>;
  readonly config: WithPath<Reading<CellConfig>>;
  readonly heartbeat: WithPath<Reading<Heartbeat>>;
  readonly log: WithPath<Presence>;
  /** Undefined if the last beat vouches for no process. */
  readonly processWitness?: ProcessWitness | undefined;
  /** The repository that cell.json names, if the worktree exists but no longer contains a clone. */
  readonly lostClone?: string | undefined;
}
