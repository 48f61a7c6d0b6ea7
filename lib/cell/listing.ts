/**
 * Listing a root: cells, and names that are ignored.
 *
 * @module
 */
import { lstatSync, readdirSync } from "node:fs";
import { quoted } from "../base/printable.ts";
import { stagingBuilder } from "./rules/staging-name.ts";
import { isCanonicalId } from "../base/id.ts";
import type { Liveness } from "../contract/process-identity.ts";
import type { Ignored } from "../contract/ignored.ts";
import { at, type Root } from "../host/files/directory.ts";
import { systemFailure } from "../host/errno.ts";
import { livenessOf } from "../host/host.ts";

export interface Listing {
  /** Names of cells, sorted. A cell may still be broken or not even a directory: observe it. */
  readonly ids: readonly string[];
  readonly ignored: readonly Ignored[];
}

/**
 * Lists a root.
 *
 * @throws {OperatorError} when the root cannot be listed.
 */
export function listRoot(root: Root): Listing {
  const names = rootNames(root);
  const ids = names.filter(isCanonicalId);
  const others = ids.length === names.length ? [] : names.filter((name) => !isCanonicalId(name));
  return { ids, ignored: withReasons(root, others) };
}

/** Why these names are ignored, which depends on more than the root's directory. */
export const withReasons = (root: Root, names: readonly string[]): Ignored[] =>
  names.map((name) => ({ name, why: whyIgnored(root, name) }));

/** Every name in a root, sorted. */
export function rootNames(root: Root): string[] {
  try {
    return readdirSync(at(root.fd, ".")).toSorted();
  } catch (error) {
    throw systemFailure(error, `Cannot list cells under ${quoted(root.path)}`, "io_error");
  }
}

const WHY_STAGING: Readonly<Record<Liveness, string>> = {
  alive: "a cell that init-cell is creating",
  gone: "left behind by an init-cell that was killed",
  unknown: "a cell being created by an init-cell that is not visible from here",
};

function whyIgnored(root: Root, name: string): string {
  const builder = stagingBuilder(name);
  if (builder !== undefined) return WHY_STAGING[livenessOf(builder)];
  return isDirectory(root, name) ? "its name is not a canonical mission id" : "not a directory";
}

function isDirectory(root: Root, name: string): boolean {
  try {
    return lstatSync(at(root.fd, name)).isDirectory();
  } catch {
    return false;
  }
}
