/**
 * Resolving the pointers of `config/cell.json`.
 *
 * @module
 */

/**
 * The path segments from the cell to the target of `pointer`; undefined when it leaves the
 * cell. An absolute pointer must lie within one of `cellPaths`, the absolute paths of this cell.
 * Symlinks are not resolved here: code that opens the path refuses each of them.
 */
export function resolvePointer(
  pointer: string,
  cellPaths: readonly string[],
): string[] | undefined {
  const prefix = pointer.startsWith("/") ? cellPaths.find((path) => isWithin(pointer, path)) : "";
  return prefix === undefined ? undefined : segmentsInCell(pointer.slice(prefix.length).split("/"));
}

/** The path segments from the cell to the end of a path in it; undefined if `..` leaves the cell. */
export function segmentsInCell(path: readonly string[]): string[] | undefined {
  const segments: string[] = [];
  for (const segment of path) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments;
}

const isWithin = (path: string, directory: string) =>
  path === directory || path.startsWith(`${directory}/`);
