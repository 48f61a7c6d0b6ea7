/**
 * Paths of temporary files.
 *
 * @module
 */
import { temporaryName } from "../../base/temporary-name.ts";
import { at } from "./directory.ts";

/**
 * A new path in the open directory `dir`. In the state directory, supervise removes what a killed
 * process leaves there.
 */
export const temporaryPath = (dir: number): string =>
  at(dir, temporaryName(process.pid, crypto.randomUUID()));
