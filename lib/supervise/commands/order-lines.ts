/**
 * The lines of `supervise status` about the hold and the orders in effect.
 *
 * @module
 */
import { type CommandFlags, storeCommand } from "../../base/command-flags.ts";
import type { RevivalFacts } from "../../contract/revival.ts";

/** Each with what ends the hold, or why the orders are not known. */
export function orderLines(revival: RevivalFacts | undefined, flags: CommandFlags): string[] {
  if (revival === undefined)
    return ["orders    unknown: the store does not exist or cannot be read"];
  const { hold, cells } = revival;
  const reason = hold?.reason === null || hold === undefined ? "" : `: ${hold.reason}`;
  const held =
    hold === undefined
      ? "none"
      : `since ${hold.since ?? "unknown"}${hold.until === undefined ? "" : ` until ${hold.until}`}${reason}; end it: ${storeCommand("supervise resume", flags)}`;
  const orders = [...cells].flatMap(([id, { orders: own = [] }]) =>
    own.map(
      ({ order, until, reason: why }) =>
        `order     ${id}: ${order}${until === undefined ? "" : ` until ${until}`}${why === undefined ? "" : ` (${why})`}`,
    ),
  );
  return [`hold      ${held}`, ...orders];
}
