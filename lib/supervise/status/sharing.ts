/**
 * Equal things once in memory: most cells of a root are remembered alike, and a daemon remembers many
 * thousand.
 *
 * @module
 */
import type { RememberedCell } from "./rules/cell-notifications.ts";

/** Returns the given object, or an earlier one that equals it. */
type Sharing = (remembered: RememberedCell) => RememberedCell;

/**
 * Creates a function that returns an earlier object for an equal one. It keeps one for each finding,
 * so that a root of many kinds of cells does not make it grow.
 */
export function createSharing(): Sharing {
  const lastByFinding = new Map<string, RememberedCell>();
  return (remembered) => {
    const { status, code } = remembered.seen;
    const finding = `${status} ${code}`;
    const last = lastByFinding.get(finding);
    if (last !== undefined && Bun.deepEquals(last, remembered)) return last;
    lastByFinding.set(finding, remembered);
    return remembered;
  };
}
