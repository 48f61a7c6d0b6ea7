/**
 * Where a pointer of `config/cell.json` leads.
 *
 * @module
 */

/**
 * The steps from the cell to what `pointer` names, or undefined when it leaves the cell.
 * An absolute pointer counts when it lies in one of `homes`, the absolute paths by which
 * this cell is known. No link is followed here: the edges refuse each one they meet.
 */
export function resolvePointer(pointer: string, homes: readonly string[]): string[] | undefined {
  const home = pointer.startsWith("/") ? homes.find((path) => isWithin(pointer, path)) : "";
  if (home === undefined) return undefined;
  const steps: string[] = [];
  for (const step of pointer.slice(home.length).split("/")) {
    if (step === "" || step === ".") continue;
    if (step !== "..") steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps;
}

const isWithin = (path: string, home: string) => path === home || path.startsWith(`${home}/`);
