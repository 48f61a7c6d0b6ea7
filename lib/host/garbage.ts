/**
 * When a program that runs for days collects its garbage.
 *
 * Left to itself, the collector lets the memory of a daemon grow to twice what is in use. All of it
 * takes half a second where 100,000 cells are kept, and the young part a few milliseconds.
 *
 * @module
 */
import { edenGC, fullGC } from "bun:jsc";

/** After how many rounds all garbage is collected; after each other one only what is young. */
const FULL_ROUNDS = 12;

/** Creates a function that collects garbage after each round. */
export function createRoundCollector(): () => void {
  let rounds = 0;
  return () => (rounds++ % FULL_ROUNDS === 0 ? fullGC() : edenGC());
}
