/**
 * Gives an order that arrived over HTTP.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { Clock } from "../../base/clock.ts";
import { canonicalId } from "../../base/id.ts";
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { RequestedOrder } from "../../contract/requested-order.ts";
import type { Settings } from "../../contract/settings.ts";
import { storePathsOf } from "../../host/files/state-dir.ts";
import { prepareOrder } from "./order-commands.ts";

/**
 * Gives the order, and returns its result as text.
 *
 * @throws {OperatorError} as `runOrder`, or if it would have to become another account. Once the
 * order is in effect it does not throw: a failure to log it is a part of the text.
 */
export function giveOrder(request: RequestedOrder, settings: Settings, clock: Clock): string {
  checkOwnState(storePathsOf(settings).stateDir);
  const order = {
    name: request.order,
    id: "mission_id" in request ? canonicalId(request.mission_id) : undefined,
    reason: request.reason,
    seconds: "for_seconds" in request ? request.for_seconds : 0,
    isJson: false,
    via: "http",
  } as const;
  const write = prepareOrder(order, settings, clock);
  let result: string | undefined;
  try {
    write((text) => (result = text));
  } catch (error) {
    if (result === undefined || !(error instanceof OperatorError)) throw error;
    result += "; the event log could not be written";
  }
  return result ?? "";
}

/** The commands become the owner of the state directory: a thread would change the whole process. */
function checkOwnState(stateDir: string): void {
  const owner = statSync(stateDir, { throwIfNoEntry: false })?.uid;
  if (process.geteuid?.() !== 0 || owner === undefined || owner === 0) return;
  throw new OperatorError(
    "no_permission",
    `Cannot give an order over HTTP: ${quoted(stateDir)} belongs to another account`,
    "run the endpoint as that account, or give the order with: supervise",
  );
}
