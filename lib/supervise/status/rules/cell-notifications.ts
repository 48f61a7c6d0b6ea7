/**
 * Which notifications of a cell to send: one of each change, but none while a suspicion covers it,
 * and reminders of a critical finding while it lasts.
 *
 * @module
 */
import type { Event } from "../../../contract/event.ts";
import type { Attention, ReportCell } from "../../../contract/report.ts";
import type { Settings } from "../../../contract/settings.ts";
import { parseTimestamp } from "../../../base/time.ts";
import { highestAttention, isAtLeast } from "../../../verdict/attention.ts";
import { type ConfirmedChange, debounce, type DebounceState, initialState } from "./debounce.ts";
import { attentionOf, findingAttention } from "./event-attention.ts";
import { type Finding, findingOf, isSameFinding, NO_CELL } from "./finding.ts";
import type { RoundSuspicions } from "./suspicions.ts";

/** What memory.json keeps about a cell. */
export interface RememberedCell extends DebounceState {
  /** When the confirmed finding began; null when that is unknown. */
  readonly since: string | null;
  /** The finding of the last notification, and when it was sent. */
  readonly notified: Finding;
  readonly notifiedAt: string;
  /** Its attention: the routes that it went to are also to hear of its end. */
  readonly notifiedAttention: Attention;
}

/** What is remembered of a cell that is not known yet. */
export const newCell = (at: string): RememberedCell => ({
  ...initialState(NO_CELL),
  since: null,
  notified: NO_CELL,
  notifiedAt: at,
  notifiedAttention: "none",
});

export interface CellRound {
  readonly id: string;
  /** Undefined for a cell that is gone. */
  readonly cell: ReportCell | undefined;
  readonly round: number;
  readonly at: string;
  readonly settings: Pick<Settings, "fire_after" | "clear_after" | "remind_after_seconds">;
  readonly suspicions: Pick<RoundSuspicions, "covers" | "coveringAll">;
}

/** What a round changes for a cell: its memory, and the events for the log and for `notify`. */
export interface CellUpdate {
  /** The same object as before if nothing changed. */
  readonly remembered: RememberedCell;
  readonly log: readonly Event[];
  readonly notify: readonly Event[];
}

/** Applies a round to the memory of one cell. */
export function updateCell(before: RememberedCell, round: CellRound): CellUpdate {
  const { cell, at, settings } = round;
  const { state, change } = debounce(before, findingOf(cell), round.round, settings);
  const isNew = !isSameFinding(state.confirmed, before.confirmed);
  const now = state === before ? before : { ...before, ...state, ...(isNew ? { since: at } : {}) };
  const event = change && changeEvent(round, change, before.confirmed, before);
  const log = event === undefined || isQuiet(event) ? [] : [event];
  if (event !== undefined && change !== "changed")
    return { remembered: withNotified(now, event), log, notify: log };
  return { log, ...notificationsFor(now, round, event) };
}

/** True if another round that finds the same cell changes nothing, whatever the suspicions are. */
export function isSettled(now: RememberedCell, cell: ReportCell): boolean {
  const { confirmed, seen, notified, isFlapping } = now;
  const isKnown = [confirmed, seen, notified].every(
    ({ status, code }) => status !== null && code !== undefined,
  );
  const isOne = isSameFinding(confirmed, seen) && isSameFinding(confirmed, notified);
  return isKnown && isOne && !isFlapping && cell.attention !== "critical";
}

/** The notification of a finding that differs from the last one sent, or a reminder that is due. */
function notificationsFor(
  now: RememberedCell,
  round: CellRound,
  event: Event | undefined,
): Omit<CellUpdate, "log"> {
  const { cell, at, settings, suspicions } = round;
  const cover = cell === undefined ? suspicions.coveringAll : suspicions.covers(cell);
  const isUnconfirmed = now.isFlapping || !isSameFinding(now.seen, now.confirmed);
  if (cover !== undefined || isUnconfirmed) return { remembered: now, notify: [] };
  if (!isSameFinding(now.notified, now.confirmed)) {
    const due = event ?? changeEvent(round, "changed", now.notified, now);
    return { remembered: withNotified(now, due), notify: isQuiet(due) ? [] : [due] };
  }
  if (cell?.attention !== "critical" || !isReminderDue(now, at, settings))
    return { remembered: now, notify: [] };
  const reminder = changeEvent(round, "reminder", now.confirmed, now);
  return { remembered: withNotified(now, reminder), notify: [reminder] };
}

/** The memory after a notification that is not about the finding, such as that of an attempt. */
export function withRaised(now: RememberedCell, event: Event): RememberedCell {
  const notifiedAttention = highestAttention([now.notifiedAttention, attentionOf(event)]);
  return notifiedAttention === now.notifiedAttention ? now : { ...now, notifiedAttention };
}

const withNotified = (now: RememberedCell, event: Event): RememberedCell => ({
  ...now,
  notified: now.confirmed,
  notifiedAt: event.at,
  notifiedAttention: attentionOf(event),
});

function isReminderDue(
  { notifiedAt }: RememberedCell,
  at: string,
  { remind_after_seconds: seconds }: CellRound["settings"],
): boolean {
  return seconds > 0 && (secondsBetween(notifiedAt, at) ?? 0) >= seconds;
}

/** True for a new healthy cell, and for an agent that goes on after a wait: no notification. */
const isQuiet = ({ event, from, to, problems, attention_before }: Event): boolean =>
  event === "changed" &&
  to === "healthy" &&
  (from === null || from === "healthy") &&
  problems?.length === 0 &&
  !isAtLeast(attention_before ?? "none", "warning");

function changeEvent(
  { id, cell, at }: CellRound,
  change: ConfirmedChange | "reminder",
  from: Finding,
  { since, notifiedAttention }: RememberedCell,
): Event {
  const { code } = findingOf(cell);
  const isNamed = code === "stuck" || code === "waiting" || code === "silent-but-running";
  return {
    schema_version: 1,
    at,
    event: change === "changed" && isNamed ? code : change,
    mission_id: id,
    title: cell?.title ?? null,
    from: from.status,
    to: cell?.status ?? null,
    problems: cell?.problems ?? [],
    lasted_seconds: secondsBetween(since, at),
    ...(cell === undefined ? {} : { attention: attentionIn(cell, change) }),
    attention_before: highestAttention([findingAttention(from), notifiedAttention]),
  };
}

/** A cell that flaps needs a look, also while it is healthy. */
const attentionIn = ({ attention }: ReportCell, change: ConfirmedChange | "reminder"): Attention =>
  highestAttention([attention, change === "flapping" ? "warning" : undefined]);

/** Null when `since` is unknown; 0 when the clock was set back. */
export function secondsBetween(since: string | null, at: string): number | null {
  const [from, to] = [parseTimestamp(since ?? ""), parseTimestamp(at)];
  return from === undefined || to === undefined ? null : Math.max(0, (to - from) / 1000);
}
