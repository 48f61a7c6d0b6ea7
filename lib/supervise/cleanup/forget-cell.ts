/**
 * Removes the orders and attempts of a cell that has been gone for long.
 *
 * @module
 */
import { rmdirSync } from "node:fs";
import type { Orders } from "../orders/rules/order.ts";
import type { Clock } from "../../base/clock.ts";
import { parseTimestamp } from "../../base/time.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { quoted } from "../../base/printable.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { attemptsDirectoryOf } from "../revive/attempt-files.ts";
import { forgetAttempt, readAttempts } from "../revive/attempt-store.ts";
import { forgetOrders, readOrders } from "../orders/order-store.ts";
import {
  attemptHistory,
  attemptsSinceRecovery,
  readClocks,
  removeRecovery,
} from "../revive/attempt-history.ts";

/**
 * Removes the orders and attempts of a cell that has been gone for `goneSeconds`, unless one may
 * still be needed: a quarantine, an unexpired snooze, a final or running attempt, or anything
 * unreadable. Returns whether they were removed.
 *
 * @throws {OperatorError} when they cannot be read or removed.
 */
export function forgetCell(
  state: StorePaths,
  id: string,
  goneSeconds: number,
  clock: Clock,
): boolean {
  if (!mayForget(state, id, goneSeconds, clock)) return false;
  const now = clock.now();
  if (!forgetOrders(state, id, (orders) => areOrdersNeeded(orders, goneSeconds, now))) return false;
  for (const record of readAttempts(state, id)) forgetAttempt(state, id, record);
  removeRecovery(state, id);
  removeIfEmpty(attemptsDirectoryOf(state, id));
  return true;
}

/** True when no order or attempt of such a cell may still be needed. */
export const mayForget = (
  state: StorePaths,
  id: string,
  goneSeconds: number,
  clock: Clock,
): boolean =>
  !areOrdersNeeded(readOrders(state, id), goneSeconds, clock.now()) &&
  !areAttemptsNeeded(state, id, clock);

function areOrdersNeeded(orders: Orders | "unreadable", goneSeconds: number, now: Date): boolean {
  if (orders === "unreadable") return true;
  const { quarantine, snooze } = orders;
  if (quarantine !== undefined) return true;
  if (snooze === undefined) return false;
  const [from, to] = [snooze.at, snooze.until].map(parseTimestamp);
  // A clock that runs ahead must not end a snooze, so its own length must have passed as well.
  return (
    from === undefined || to === undefined || now.getTime() < to || to - from > 1000 * goneSeconds
  );
}

const ENDED_STATES: readonly string[] = ["succeeded", "failed", "lost"];

function areAttemptsNeeded(state: StorePaths, id: string, clock: Clock): boolean {
  const clocks = readClocks(clock);
  const attempts = attemptsSinceRecovery(state, id, attemptHistory(state, id, clocks), clocks);
  return !attempts.every((attempt) => ENDED_STATES.includes(attempt.state));
}

/** A directory with unknown files in it stays. */
function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? "")) return;
    throw systemFailure(error, `Cannot remove ${quoted(path)}`, "io_error");
  }
}
