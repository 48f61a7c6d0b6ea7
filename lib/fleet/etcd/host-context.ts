/**
 * A host's place in the fleet, from the settings.
 *
 * @module
 */
import { version } from "../../../package.json";
import type { FleetEtcd } from "../../contract/fleet-settings.ts";
import type { Settings } from "../../contract/settings.ts";
import { OperatorError } from "../../base/errors.ts";
import { bootId } from "../../host/host.ts";
import { fleetKeys } from "../rules/keys.ts";
import { hostRole } from "./account-role.ts";
import { etcdAccess } from "./access.ts";
import { connectEtcd } from "./client.ts";
import { fleetNameOf } from "./fleet-name.ts";
import { drawLease } from "./lease.ts";
import type { FleetTimes, HostContext } from "./session.ts";

/** By how much longer than `alone` an operator waits for a host that is forgotten. */
const MARGIN_SECONDS = 60;
/** A view calls a host silent that did not renew its report for three times as long. */
const REFRESH_SECONDS = 60;

type TimeSettings = Pick<Settings, "fleet_lost_after_seconds" | "fleet_alone_seconds">;

export const fleetTimesOf = (settings: TimeSettings): FleetTimes => ({
  lease: settings.fleet_lost_after_seconds,
  alone: settings.fleet_alone_seconds,
  margin: MARGIN_SECONDS,
  refresh: REFRESH_SECONDS,
});

/**
 * The setting `fleet_etcd`.
 *
 * @throws {OperatorError} if it is absent; `doing` says what needs it.
 */
export function requireEtcd({ fleet_etcd: etcd }: Settings, doing: string): FleetEtcd {
  if (etcd !== undefined) return etcd;
  throw new OperatorError(
    "config",
    `Cannot use ${doing} without fleet_etcd: there is no etcd to publish to`,
    'add it to the configuration: "fleet_etcd": {"endpoints": ["https://HOST:2379"]}',
  );
}

/**
 * `storeId` identifies the store of the root, so that a clone of this host is another host.
 *
 * @throws {OperatorError} of kind `config` if etcd, its files or the host's name cannot be used.
 */
export function hostContext(settings: Settings, storeId: string): HostContext {
  const etcd = requireEtcd(settings, "--fleet");
  const { root, scan_interval_seconds: interval_seconds } = settings;
  const hash = new Bun.CryptoHasher("sha256").update(`${root}\0${storeId}`).digest("hex");
  const name = fleetNameOf(settings);
  const run = `${bootId()}/${hash.slice(0, 16)}/${crypto.randomUUID()}`;
  return {
    etcd: connectEtcd(etcdAccess(etcd, hostRole(name))),
    keys: fleetKeys(etcd.prefix),
    name,
    times: fleetTimesOf(settings),
    lease: drawLease(),
    alive: { v: 1, run, root, version, interval_seconds },
  };
}
