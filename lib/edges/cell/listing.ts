/**
 * What lies in a root: cells, and what is none.
 *
 * @module
 */
import { lstatSync, readdirSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { stagingMaker } from "../../rules/staging.ts";
import { isCanonicalId } from "../../schemas/id.ts";
import type { Ignored } from "../../schemas/report.ts";
import { at, type Root } from "../host/directory.ts";
import { systemFailure } from "../host/errno.ts";
import { isAlive } from "../host/host.ts";

export interface Listing {
  /** Names that can only be cells, sorted; whether they are sound is for a look to say. */
  readonly ids: readonly string[];
  readonly ignored: readonly Ignored[];
}

/**
 * Lists a root.
 *
 * @throws {OperatorError} when the root cannot be listed.
 */
export function listRoot(root: Root): Listing {
  const names = namesIn(root);
  const ids = names.filter(isCanonicalId);
  const others = ids.length === names.length ? [] : names.filter((name) => !isCanonicalId(name));
  return { ids, ignored: others.map((name) => ({ name, why: whyIgnored(root, name) })) };
}

/** Every name in a root, sorted. */
export function namesIn(root: Root): string[] {
  try {
    return readdirSync(at(root.fd, ".")).toSorted();
  } catch (error) {
    throw systemFailure(error, `Cannot list cells under ${quoted(root.path)}`, "io_error");
  }
}

function whyIgnored(root: Root, name: string): string {
  const maker = stagingMaker(name);
  if (maker !== undefined)
    return isAlive(maker)
      ? "a cell that init-cell is making"
      : "left over by an init-cell that was killed";
  return isDirectory(root, name) ? "its name is no canonical mission id" : "not a directory";
}

function isDirectory(root: Root, name: string): boolean {
  try {
    return lstatSync(at(root.fd, name)).isDirectory();
  } catch {
    return false;
  }
}
