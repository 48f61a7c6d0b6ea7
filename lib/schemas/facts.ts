/**
 * What one look at a cell found: the words in which the edges speak to the rules.
 *
 * A broken part is a fact about its cell, not an exception, so that one bad cell never
 * hides the others from a scan.
 *
 * @module
 */
import type { CellConfig, CellDir } from "./cell.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Mission } from "./mission.ts";

/** How a part failed to be what the contract asks; `why` ends a sentence about it. */
export type Flaw =
  | { readonly outcome: "absent" }
  | {
      readonly outcome: "wrong-type" | "unreadable" | "malformed" | "too-large" | "pointer-escapes";
      readonly why: string;
      /** What is there is a symlink. */
      readonly isLink?: boolean;
    };

/** The outcome of looking for a directory, or for a file that is not read. */
export type Look = { readonly outcome: "found" } | Flaw;

/** The outcome of reading a contract file. */
export type Reading<T> = { readonly outcome: "read"; readonly value: T } | Flaw;

/** The value of a reading that succeeded. */
export const valueOf = <T>(reading: Reading<T>): T | undefined =>
  reading.outcome === "read" ? reading.value : undefined;

/** Where a part was looked for, relative to the cell, and what was met there. */
export type At<L> = L & { readonly path: string };

/** True for a part that is not what the contract asks. */
export const isFlawed = (part: At<Look | Reading<unknown>>): part is At<Flaw> =>
  part.outcome !== "found" && part.outcome !== "read";

/** Everything the rules may know about a cell. */
export interface CellFacts {
  /** The directory's name: a canonical mission id. */
  readonly id: string;
  /** The cell's own directory; `absent` when it vanished between listing and look. */
  readonly self: Look;
  readonly dirs: Readonly<Record<CellDir, At<Look>>>;
  readonly mission: At<Reading<Mission>>;
  readonly config: At<Reading<CellConfig>>;
  readonly heartbeat: At<Reading<Heartbeat>>;
  readonly log: At<Look>;
}
