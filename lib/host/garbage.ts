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
/** The first rounds, in which every cell is new and every finding an event, leave garbage that is old. */
const FIRST_ROUNDS = 4;

/** Creates a function that collects garbage after each round. */
export function createRoundCollector(): () => void {
  let rounds = 0;
  return () => {
    const isFull = rounds < FIRST_ROUNDS || rounds % FULL_ROUNDS === 0;
    rounds += 1;
    if (isFull) fullGC();
    else edenGC();
  };
}
