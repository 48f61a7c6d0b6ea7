/**
 * The names of a cell's artifacts.
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { errnoOf } from "../host/errno.ts";
import { at, withSubdirectory } from "../host/files/directory.ts";
import { type NameList, listNames } from "../host/programs/list-names.ts";
import type { Cell } from "./cell.ts";

/**
 * At most `limit` of the names in the artifacts directory, which is at `path` in the cell; none if it is
 * gone, and undefined if it cannot be listed. Never all of them: an agent may write millions.
 *
 * @throws {OperatorError} if the program that lists them cannot be run.
 */
export async function listArtifacts(
  { root, id }: Cell,
  path: string,
  limit: number,
): Promise<NameList | undefined> {
  let dir: number;
  try {
    dir = withSubdirectory(root.fd, [id, ...path.split("/")], (found) =>
      openSync(at(found, "."), constants.O_RDONLY | constants.O_DIRECTORY),
    );
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? { names: [], more: false } : undefined;
  }
  try {
    return await listNames(dir, limit);
  } finally {
    closeSync(dir);
  }
}
