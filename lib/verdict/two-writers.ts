/**
 * Two agents in one cell.
 *
 * @module
 */
import { quoted } from "../base/printable.ts";
import { parseTimestamp } from "../base/time.ts";
import type { Problem } from "../contract/report.ts";
import type { BeatContext } from "./beat-context.ts";
import { problem } from "./problems.ts";

/** The problem of a second agent that beats in the cell; none once that agent has been silent. */
export function otherWriter({
  beat: { other_writer: other },
  facts,
  limit,
  now,
}: BeatContext): Problem[] {
  const at = parseTimestamp(other?.at ?? "");
  if (other === undefined || at === undefined || Math.abs(now.getTime() - at) > 1000 * limit)
    return [];
  const where = other.host_name === undefined ? "" : ` on ${quoted(other.host_name)}`;
  const text = `another agent beats in this cell as well: process ${other.pid ?? "unknown"}${where}`;
  return [problem("two-writers", facts.heartbeat.path, text)];
}
