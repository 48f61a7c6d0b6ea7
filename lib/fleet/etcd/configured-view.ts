/**
 * The view of the etcd of the settings.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import type { FleetEtcd } from "../../contract/fleet-settings.ts";
import { fleetKeys } from "../rules/keys.ts";
import { type AccountRole, VIEWER } from "./account-role.ts";
import { etcdAccess } from "./access.ts";
import { connectEtcd, type EtcdAccess } from "./client.ts";
import { createEtcdView, type EtcdView, type EtcdViewOptions } from "./etcd-view.ts";

/** A look ends at `stop`. @throws {OperatorError} of kind `config` if a file of its settings cannot be used. */
export function etcdViewOf(
  settings: FleetEtcd,
  options: Pick<EtcdViewOptions, "nowMs" | "pollMs">,
  { stop, needs = VIEWER }: Pick<EtcdAccess, "stop"> & { readonly needs?: AccountRole },
): EtcdView {
  const etcd = connectEtcd({ ...etcdAccess(settings, needs), ...defined({ stop }) });
  return createEtcdView({ ...options, etcd, keys: fleetKeys(settings.prefix) });
}
