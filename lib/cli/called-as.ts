/**
 * How this program was called.
 *
 * @module
 */
import { basename } from "node:path";

/** What to type before the name of another command: `lazarus-pit `, or nothing where each has a link. */
export const commandPrefix = (): string =>
  basename(process.argv0) === "lazarus-pit" ? "lazarus-pit " : "";
