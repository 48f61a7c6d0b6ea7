/**
 * The view of the etcd of the settings.
 *
 * @module
 */
import type { FleetEtcd } from "../../contract/fleet-settings.ts";
import { fleetKeys } from "../rules/keys.ts";
import { etcdAccess } from "./access.ts";
import { connectEtcd } from "./client.ts";
import { createEtcdView, type EtcdView, type EtcdViewOptions } from "./etcd-view.ts";

/** @throws {OperatorError} of kind `config` if a file of its settings cannot be used. */
export const etcdViewOf = (
  etcd: FleetEtcd,
  options: Pick<EtcdViewOptions, "nowMs" | "pollMs">,
): EtcdView =>
  createEtcdView({ ...options, etcd: connectEtcd(etcdAccess(etcd)), keys: fleetKeys(etcd.prefix) });
