/**
 * What may come next on a command line.
 *
 * @module
 */
import { printable, shortened } from "../base/printable.ts";

/** In UTF-16 units. A longer description would not fit into one line of a list. */
const DESCRIPTION_LENGTH = 60;

/** A word that may come next; the description is printable text in one line. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** Makes a candidate with a description that may come from an agent. */
export const candidate = (word: string, description: string): Candidate => ({
  word,
  description: printable(shortened(description, DESCRIPTION_LENGTH)),
});
