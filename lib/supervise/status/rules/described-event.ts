/**
 * An event with what its receivers need: who is concerned, how urgent it is, what to type, where to
 * look.
 *
 * @module
 */
import type { CommandFlags } from "../../../base/command-flags.ts";
import { defined } from "../../../base/defined.ts";
import type { Event } from "../../../contract/event.ts";
import type { ReportCell } from "../../../contract/report.ts";
import { attentionBefore, attentionOf } from "./event-attention.ts";
import { eventText, eventStep } from "./journal-line.ts";

/** What an event itself does not know. */
export interface EventSurroundings {
  /** Its id, unless it has one. */
  readonly id: string;
  /** The cell in the last report that has it. */
  readonly cell: ReportCell | undefined;
  readonly publicUrl: string | undefined;
  /** What the commands in the next step need. */
  readonly flags?: CommandFlags | undefined;
}

/** The event with all of that. */
export function describeEvent(
  event: Event,
  { id, cell, publicUrl, flags }: EventSurroundings,
): Event {
  const title = event.title ?? cell?.title ?? null;
  const titled = event.mission_id === undefined ? event : { ...event, title };
  return {
    ...titled,
    id: event.id ?? id,
    ...(cell === undefined ? {} : { owner: cell.owner, labels: cell.labels }),
    attention: attentionOf(titled),
    attention_before: attentionBefore(titled),
    text: eventText(titled),
    ...defined({ next: eventStep(titled, flags), url: urlOf(titled, publicUrl) }),
  };
}

/** The page opens the mission that the fragment of its address names. */
const urlOf = ({ mission_id: id }: Event, publicUrl: string | undefined): string | undefined =>
  publicUrl === undefined || id === undefined ? publicUrl : `${publicUrl}#${id}`;
