/**
 * All processes of this pid namespace, as far as `/proc` shows them to this user.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { type ProcessFacts, processFacts } from "./process.ts";

/** The facts about every process, by pid. */
export function listProcesses(): Map<number, ProcessFacts> {
  const found = new Map<number, ProcessFacts>();
  for (const name of readdirSync("/proc")) {
    const facts = /^\d+$/.test(name) ? processFacts(Number(name)) : undefined;
    if (facts !== undefined) found.set(Number(name), facts);
  }
  return found;
}
