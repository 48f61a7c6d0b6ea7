/**
 * Everything below a directory, so that a test can say that nothing changed.
 *
 * @module
 */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** By path: the mode, owner, time of change and content of what lies below `dir`. */
export function treeOf(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true }).map(String).toSorted();
  return Object.fromEntries([".", ...names].map((name) => [name, describe(join(dir, name))]));
}

/** The same without the times: a temporary file that came and went moves its directory's. */
export const contentOf = (dir: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(treeOf(dir)).map(([path, text]) => [path, text.replace(/ [\d.]+(?=,|$)/, "")]),
  );

function describe(path: string): string {
  const stats = lstatSync(path);
  const content = stats.isFile() ? `, ${Bun.hash(readFileSync(path))}` : "";
  return `${modeOf(path)} ${ownerOf(path)} ${stats.mtimeMs}${content}`;
}

/** A path's type and mode, as octal digits. */
export const modeOf = (path: string): string => lstatSync(path).mode.toString(8);

/** A path's owner, as `uid:gid`. */
export function ownerOf(path: string): string {
  const { uid, gid } = lstatSync(path);
  return `${uid}:${gid}`;
}
