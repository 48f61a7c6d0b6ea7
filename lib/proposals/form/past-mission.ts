/**
 * Why an issue that has had its mission takes no further acceptance.
 *
 * @module
 */
import type { AcceptanceInput, SignedComment } from "./acceptance-input.ts";
import { LABELS, type TimelineEntry } from "./gitea.ts";

/** `label` is the one that the issue had before it was accepted again. */
interface PastMission {
  readonly why: string;
  readonly label?: string;
}

/**
 * Describes the mission that was `created` if it is over or gone; undefined if it continues, or if
 * `acceptance` is the one that it was created for.
 */
export function describePastMission(
  { comments, ownershipOf, hasEnded }: AcceptanceInput,
  { idOrDigest: id, acceptance: first }: SignedComment,
  acceptance: TimelineEntry | undefined,
): PastMission | undefined {
  const isReported = comments.some((one) => one.kind === "ended" && one.idOrDigest === id);
  const advice = `for a new attempt, propose a new mission in a new issue, with ${id} as its previous mission`;
  const ended = `mission ${id} has ended: ${advice}`;
  if (ownershipOf(id) === "free")
    return isReported
      ? { why: ended, label: LABELS.ended }
      : { why: `its cell is gone from this host: ${advice}` };
  if (acceptance === undefined || acceptance.id === first || !hasEnded(id)) return undefined;
  // The end of a mission is reported on issues with the label for active ones.
  return { why: ended, label: isReported ? LABELS.ended : LABELS.active };
}
