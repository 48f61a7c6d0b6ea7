/**
 * The view of the fleet that is configured.
 *
 * @module
 */
import { defined } from "../base/defined.ts";
import { OperatorError } from "../base/errors.ts";
import type { FleetEtcd, FleetSource } from "../contract/fleet-settings.ts";
import type { Settings } from "../contract/settings.ts";
import type { AccountRole } from "./etcd/account-role.ts";
import { factsMs, type FleetView, type ViewClock } from "./rules/facts.ts";

/** What a view needs besides its settings. */
export interface ViewContext {
  readonly clock: ViewClock;
  /** Ends a look. */
  readonly stop: AbortSignal;
  /** After how many failures in a row a host that is asked counts as lost. */
  readonly lostAfter: number;
  /** The role in etcd that the look is part of; that of a viewer if it is absent. */
  readonly needs?: AccountRole;
}

/**
 * Opens the view of the `named` hosts, or of those of the settings.
 *
 * @throws {OperatorError} of kind `config` if no fleet is configured, or a secret cannot be used.
 */
export async function openFleetView(
  settings: Settings,
  named: readonly FleetSource[],
  context: ViewContext,
): Promise<FleetView> {
  const sources = named.length > 0 ? named : settings.fleet_sources;
  if (sources === undefined && settings.fleet_etcd !== undefined)
    return openEtcdView(settings, settings.fleet_etcd, context);
  if (sources === undefined)
    throw new OperatorError(
      "config",
      "Cannot look at the fleet: neither fleet_sources nor fleet_etcd is set",
      "set it, or name hosts: scan --fleet http://alpha:8471/v1/report beta.json",
    );
  const { createSourceView } = await import("./sources/source-view.ts");
  return createSourceView({ ...context, sources, skewMs: 1000 * settings.allowed_skew_seconds });
}

/** The code for etcd is loaded only here. */
async function openEtcdView(
  settings: Settings,
  etcd: FleetEtcd,
  { clock, stop, needs }: ViewContext,
): Promise<FleetView> {
  const { etcdViewOf } = await import("./etcd/configured-view.ts");
  const pollMs = 1000 * settings.scan_interval_seconds;
  const options = { nowMs: () => factsMs(clock), pollMs };
  return etcdViewOf(etcd, options, defined({ stop, needs }));
}
