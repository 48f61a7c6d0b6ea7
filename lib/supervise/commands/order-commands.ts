/**
 * Runs an operator's order: writes it to the state directory, with or without a running daemon.
 *
 * @module
 */
import { printable, quoted } from "../../base/printable.ts";
import type { CommandFlags } from "../../base/command-flags.ts";
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import { EXIT, OperatorError } from "../../base/errors.ts";
import type { Settings } from "../../contract/settings.ts";
import { pathExists } from "../../host/files/path-exists.ts";
import { asOwnerOf } from "../../host/programs/privileges.ts";
import { printText, printError } from "../../host/stdio/stdio.ts";
import { missionsWithAttempts } from "../revive/attempt-store.ts";
import { appendEvents } from "../status/event-log.ts";
import { eventsAbout } from "../status/read-events.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { showHistory } from "./history.ts";
import { showEvents } from "./show-events.ts";
import { checkCellExists, orderedMission } from "./ordered-mission.ts";
import { showStatus } from "./show-status.ts";
import { type Order, takesMission, type TypedOrder } from "./order-flags.ts";
import { ORDER_HANDLERS, type OrderResult } from "./order-handlers.ts";
import { readOrders } from "../orders/order-store.ts";
import { NO_ORDERS } from "../orders/rules/order.ts";
import { beatToRelease } from "./released-beat.ts";
import { type StorePaths, storePathsOf } from "../../host/files/state-dir.ts";
import { hasStore, hasStoreDirectory, openStore } from "../store/store.ts";
import { effectText } from "./order-effect.ts";
import { checkDaemonReadsStore } from "./running-daemon.ts";

/**
 * Runs an order and prints its result; returns the exit code. Root runs it as the owner of the
 * state directory, so that the daemon can read what it writes. Commands to type next have `flags`.
 *
 * @throws {OperatorError} when there is no such cell, the state directory cannot be used, or the
 * running supervise would not read the order.
 */
export async function runOrder(
  typed: TypedOrder,
  settings: Settings,
  clock: Clock,
  flags: CommandFlags,
): Promise<number> {
  if (typed.name === "status") return showStatus(settings, { isJson: typed.isJson, flags }, clock);
  const state = storePathsOf(settings);
  const id = takesMission(typed.name) ? await orderedMission(typed, settings) : undefined;
  const order = { ...typed, id };
  checkTarget(state, order, settings);
  if (order.name === "history") return showHistoryOf(state, order, clock);
  const write = prepareOrder(order, settings, clock);
  const effect = effectText(order.name, state, settings);
  // The order is in effect even if the log could not be written: its text is printed first.
  asOwnerOf(state.stateDir, () =>
    write((text, isInVain) => printText(`${text}\n${isInVain ? "" : `${effect}\n`}`)),
  );
  return EXIT.ok;
}

function showHistoryOf(state: StorePaths, { id, isJson, seconds }: Order, clock: Clock): number {
  if (id === undefined) return showEvents(state, { isJson, seconds }, clock);
  if (seconds !== 0)
    throw cannotUse("--for with the history of one mission", "leave one of them out");
  return showHistory(state, id, isJson, clock);
}

/** Carries out an order: calls `tell` with its result as soon as it is in effect, then logs it. */
type OrderWriter = (tell: Tell) => void;
/** Gets the result, and whether there was nothing to change. */
type Tell = (text: string, isInVain: boolean) => void;

/**
 * Checks an order, which is not `history` or `status`, and returns a function that carries it out.
 *
 * @throws {OperatorError} as `runOrder`; the function as well.
 */
export function prepareOrder(order: Order, settings: Settings, clock: Clock): OrderWriter {
  const state = storePathsOf(settings);
  const { name, id = "", via } = order;
  if (name === "history" || name === "status") throw new Error(`${name} is not an order`);
  checkTarget(state, order, settings);
  checkDaemonReadsStore(state);
  const beat = name === "release" ? beatToRelease(settings, id, clock) : undefined;
  const handle = ORDER_HANDLERS[name];
  return (tell) =>
    writeOrder(state, tell, clock.now(), (store) => {
      const { event, ...result } = handle(store, { ...order, id, beat }, clock);
      return { ...result, event: { ...event, ...defined({ via }) } };
    });
}

function writeOrder(
  state: StorePaths,
  tell: Tell,
  now: Date,
  write: (state: StorePaths) => OrderResult,
): void {
  const store = openStore(state, now, (text) => printError(printable(`supervise: ${text}`) + "\n"));
  store.check();
  const { text, event, changesNothing = false } = write(store);
  tell(text, changesNothing);
  appendEvents(store, [{ ...event, schema_version: 1, at: now.toISOString() }]);
}

function checkTarget(state: StorePaths, order: Order, settings: Settings): void {
  checkRoot(state, settings);
  if (order.id !== undefined && !hasState(state, order)) checkCellExists(settings, order.id);
}

/**
 * A root that is a symlink cannot be resolved while its target is missing: an order would be
 * written where no daemon reads it.
 */
function checkRoot(state: StorePaths, { root }: Settings): void {
  const doing = `Cannot resolve the root ${quoted(root)}`;
  if (hasStoreDirectory(state) || pathExists(root, doing)) return;
  throw new OperatorError(
    "no_input",
    `${doing}: it does not exist`,
    "give its path without symlinks",
  );
}

/** True for a mission with attempts, orders or (for history) events, even if its cell is gone. */
const hasState = (state: StorePaths, { name, id = "" }: Order): boolean =>
  hasStore(state) &&
  (missionsWithAttempts(state).includes(id) ||
    !Bun.deepEquals(readOrders(state, id), NO_ORDERS) ||
    (name === "history" && eventsAbout(state, id).length > 0));
