/**
 * `lazarus-pit fleet forget`: a host is gone for good.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { forgetHost } from "../etcd/forget.ts";
import { fleetTimesOf } from "../etcd/host-context.ts";
import { type FleetAccess, noSuchHost, operatorName } from "./fleet-access.ts";
import type { FleetOrder } from "./fleet-order.ts";

/**
 * Notes that a host is gone, or forgets it; returns what to tell the operator.
 *
 * @throws {OperatorError} if the host is live or not known, or etcd does not answer.
 */
export async function forgetInFleet(
  { etcd, keys, settings }: FleetAccess,
  { host = "", isOff }: FleetOrder,
  now: Date,
): Promise<string> {
  const by = operatorName();
  const { margin } = fleetTimesOf(settings);
  const result = await forgetHost({ etcd, keys, margin, host, isOff, by, now });
  switch (result.outcome) {
    case "forgotten":
      return `forgotten: ${missionCount(result.homes)} of ${host} ${result.homes === 1 ? "is" : "are"} free for other hosts`;
    case "noted":
      return `noted: the missions of ${host} are free after ${result.freeAfter}, unless it comes back; run this again after that time, or now with --off if the host is switched off`;
    case "waiting":
      throw notYet(host, `it may revive its missions until ${result.freeAfter}`, WAIT_HINT);
    case "alive":
      throw notYet(host, "it is live", "stop its supervise first");
    default:
      throw noSuchHost(host);
  }
}

const missionCount = (count: number): string => `${count} ${count === 1 ? "mission" : "missions"}`;

const WAIT_HINT = "run this again after that time, or now with --off if the host is switched off";

const notYet = (host: string, reason: string, hint: string): OperatorError =>
  new OperatorError("try_again", `Cannot forget ${host}: ${reason}`, hint);
