/**
 * Which notifications of suspicions to send: one when each begins, with its cause, one when it ends,
 * and reminders of a critical one while it lasts.
 *
 * @module
 */
import type { Event } from "../../../contract/event.ts";
import { type Suspicion, SuspicionCause } from "../../../contract/report.ts";
import type { Settings } from "../../../contract/settings.ts";
import { secondsBetween } from "./cell-notifications.ts";
import { SERIOUS_CAUSES } from "./event-attention.ts";

/** The memory of a cause between rounds. */
export interface NotifiedCause {
  /** The number of rounds in a row that contradict the last notification. */
  readonly contrary: number;
  /** When the notification of its beginning was sent; null if none was. */
  readonly since: string | null;
  readonly remindedAt: string | null;
}

/** By cause; only causes with a notification, or with a suspicion that is not confirmed yet. */
export type SuspicionNotifications = Readonly<Partial<Record<SuspicionCause, NotifiedCause>>>;

export interface SuspicionRound {
  readonly at: string;
  readonly active: readonly Suspicion[];
  /** The number of cells whose problems are covered. */
  readonly covered: number;
  readonly settings: Pick<Settings, "fire_after" | "clear_after" | "remind_after_seconds">;
}

/** Causes that may be a coincidence, and so must hold for several rounds; others count at once. */
const NEEDS_ROUNDS: readonly SuspicionCause[] = ["mass-silence"];
/** Causes that may come and go between rounds: several rounds must agree that one has ended. */
const ENDS_SLOWLY: readonly SuspicionCause[] = ["mass-silence", "disk-full", "read-only"];

const UNKNOWN: NotifiedCause = { contrary: 0, since: null, remindedAt: null };

/** Applies a round; returns the new memory, and the events. */
export function nextNotifications(
  before: SuspicionNotifications,
  round: SuspicionRound,
): { readonly notified: SuspicionNotifications; readonly events: readonly Event[] } {
  const updates = SuspicionCause.options.flatMap((cause) => {
    const suspicion = round.active.find((each) => each.cause === cause);
    const known = before[cause];
    if (suspicion === undefined && known === undefined) return [];
    return [{ cause, ...notificationsOfCause(known ?? UNKNOWN, cause, suspicion, round) }];
  });
  const kept = updates.filter(({ known }) => known.since !== null || known.contrary > 0);
  return {
    notified: Object.fromEntries(kept.map(({ cause, known }) => [cause, known])),
    events: updates.flatMap(({ event }) => event ?? []),
  };
}

interface CauseUpdate {
  readonly known: NotifiedCause;
  readonly event?: Event;
}

function notificationsOfCause(
  known: NotifiedCause,
  cause: SuspicionCause,
  suspicion: Suspicion | undefined,
  round: SuspicionRound,
): CauseUpdate {
  const isNotified = known.since !== null;
  const { at, settings } = round;
  if ((suspicion !== undefined) === isNotified) {
    const steady = { ...known, contrary: 0 };
    const isDue = suspicion !== undefined && isReminderDue(known, cause, round);
    if (!isDue) return { known: steady };
    const event = eventOf("reminder", cause, round, suspicion);
    return { known: { ...steady, remindedAt: at }, event };
  }
  const slow = isNotified ? ENDS_SLOWLY : NEEDS_ROUNDS;
  const needed = slow.includes(cause) ? settings[isNotified ? "clear_after" : "fire_after"] : 1;
  const contrary = known.contrary + 1;
  if (contrary < needed) return { known: { ...known, contrary } };
  if (suspicion === undefined) {
    const lasted_seconds = secondsBetween(known.since, at);
    return { known: UNKNOWN, event: { ...eventOf("suspect-over", cause, round), lasted_seconds } };
  }
  const event = eventOf("suspect", cause, round, suspicion);
  return { known: { contrary: 0, since: at, remindedAt: at }, event };
}

const isReminderDue = (
  { remindedAt }: NotifiedCause,
  cause: SuspicionCause,
  { at, settings: { remind_after_seconds: seconds } }: SuspicionRound,
): boolean =>
  SERIOUS_CAUSES.includes(cause) && seconds > 0 && (secondsBetween(remindedAt, at) ?? 0) >= seconds;

const eventOf = (
  event: Event["event"],
  cause: SuspicionCause,
  { at, covered }: SuspicionRound,
  suspicion?: Suspicion,
): Event => ({
  schema_version: 1,
  at,
  event,
  cause,
  ...(suspicion === undefined ? {} : { reason: suspicion.text, cells: covered }),
});
