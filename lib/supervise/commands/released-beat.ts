/**
 * The beat whose agent an operator declares gone with `supervise release`.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { Settings } from "../../contract/settings.ts";
import { openRoot } from "../../host/files/directory.ts";
import { hostName } from "../../host/host.ts";
import type { ReleasedBeat } from "../orders/rules/order.ts";
import { startScanner } from "../status/incremental-scan.ts";
import type { ObservedCell } from "../../view/observed-cell.ts";

/**
 * The last beat of a mission, if supervise itself cannot know that its agent is gone: the beat names
 * another host, or a process. Undefined if there is no such beat, or its process is seen running.
 */
export function beatToRelease(
  settings: Settings,
  id: string,
  clock: Clock,
): ReleasedBeat | undefined {
  const observed = tryObserve(settings, id, clock);
  if (observed?.digest === undefined) return undefined;
  const { digest, evidence } = observed;
  const host = evidence.host === hostName() ? null : evidence.host;
  if (evidence.process === "alive" || (evidence.process === null && host === null))
    return undefined;
  return { at: clock.now().toISOString(), digest, ...defined({ host: host ?? undefined }) };
}

/** Undefined if the cell is gone: its orders can still be released. */
function tryObserve(settings: Settings, id: string, clock: Clock): ObservedCell | undefined {
  try {
    const root = openRoot(settings.root);
    try {
      return startScanner(clock).scanCell(root, id, settings);
    } finally {
      root.close();
    }
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

/** The part of a release's message about that beat. */
export const declarationText = (beat: ReleasedBeat | undefined): string =>
  beat === undefined
    ? ""
    : `; the agent that wrote its last beat${beat.host === undefined ? "" : ` on ${quoted(beat.host)}`} counts as gone`;
