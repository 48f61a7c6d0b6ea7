/**
 * Whether a cell's heartbeat is another file than before, without reading it.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import { at, type Root, withParent } from "../host/directory.ts";

/**
 * What tells one heartbeat file from the next: each beat replaces it, or at least writes it.
 * Undefined where there is none, or it cannot be seen. `path` is relative to the cell.
 */
export function beatStamp(root: Root, id: string, path: string): string | undefined {
  try {
    return withParent(root.fd, [id, ...path.split("/")], (dir, name) => {
      const { dev, ino, size, mtimeMs, ctimeMs } = lstatSync(at(dir, name));
      return `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;
    });
  } catch {
    return undefined;
  }
}
