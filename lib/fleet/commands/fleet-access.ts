/**
 * What the steps of `lazarus-pit fleet` need of etcd.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import type { FleetReport } from "../../contract/fleet-report.ts";
import type { Settings } from "../../contract/settings.ts";
import { hostClock } from "../../host/clock.ts";
import { hostName } from "../../host/host.ts";
import { type AccountRole, OPERATOR } from "../etcd/account-role.ts";
import { etcdAccess } from "../etcd/access.ts";
import { connectEtcd, type EtcdClient } from "../etcd/client.ts";
import { requireEtcd } from "../etcd/host-context.ts";
import { createFleetReporter } from "../fleet-reporter.ts";
import { openFleetView } from "../open-view.ts";
import { type FleetKeys, fleetKeys } from "../rules/keys.ts";

/** A connection to the etcd of the settings. */
export interface FleetAccess {
  readonly etcd: EtcdClient;
  readonly keys: FleetKeys;
  readonly settings: Settings;
}

/** The next step for those that no host takes. */
const HINTS_WITH_SOURCES: Readonly<Record<string, string>> = {
  check: "see which hosts answer, and why others do not, with: scan --fleet",
  forget: "remove the host from fleet_sources",
};

/** @throws {OperatorError} if the fleet has sources instead of etcd, or its settings cannot be used. */
export function openFleet(settings: Settings, step: string): FleetAccess {
  if (settings.fleet_sources !== undefined)
    throw new OperatorError(
      "usage",
      `Cannot use ${step} with fleet_sources: ${step === "check" ? "it looks at etcd" : "such hosts take orders only themselves"}`,
      HINTS_WITH_SOURCES[step] ?? `give the order on the host: ssh HOST supervise ${step} …`,
    );
  const etcd = requireEtcd(settings, step);
  return { etcd: connectEtcd(etcdAccess(etcd, OPERATOR)), keys: fleetKeys(etcd.prefix), settings };
}

/**
 * One look at the fleet; `needs` is the role for what it is part of.
 *
 * @throws {OperatorError} if etcd did not answer it, or the settings cannot be used.
 */
export async function lookAtFleet(settings: Settings, needs: AccountRole): Promise<FleetReport> {
  const clock = hostClock();
  const stop = new AbortController().signal;
  const view = await openFleetView(settings, [], { clock, stop, lostAfter: 1, needs });
  const { report } = await createFleetReporter(view, clock)();
  if (view.failure !== undefined) throw view.failure;
  return report;
}

/** The account and host that give an order, for people. */
export const operatorName = (): string =>
  `${process.env["USER"] ?? process.geteuid?.() ?? "somebody"}@${hostName()}`.slice(0, 200);

export const noSuchHost = (host: string): OperatorError =>
  new OperatorError(
    "no_input",
    `The fleet has no host called "${host}"`,
    "list them with: lazarus-pit fleet hosts",
  );
