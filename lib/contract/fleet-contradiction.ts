/**
 * Which settings of a fleet contradict each other.
 *
 * @module
 */
import { quoted } from "../base/printable.ts";
import type { FleetEtcd, FleetSource } from "./fleet-settings.ts";
import { LONGEST_LEASE } from "./setting-rows.ts";

/** The settings of a fleet, and the interval that the lease depends on. */
export interface FleetSettings {
  readonly fleet_sources?: readonly FleetSource[] | undefined;
  readonly fleet_etcd?: FleetEtcd | undefined;
  readonly fleet_lost_after_seconds: number;
  readonly scan_interval_seconds: number;
}

/** The names of the settings that may contradict each other. */
export const FLEET_SETTINGS = ["fleet_sources", "fleet_etcd", "fleet_lost_after_seconds"] as const;

/** What is wrong with the settings together, as one clause; undefined if nothing is. */
export function fleetContradiction(settings: FleetSettings): string | undefined {
  const { fleet_sources: sources, fleet_etcd: etcd } = settings;
  if (sources !== undefined && etcd !== undefined)
    return "fleet_sources and fleet_etcd exclude each other: remove one of them";
  return (
    firstDefined(sources ?? [], sourceFault) ??
    repeatedName(sources ?? []) ??
    (etcd === undefined ? undefined : (etcdFault(etcd) ?? leaseFault(settings)))
  );
}

function firstDefined<T>(
  items: readonly T[],
  faultOf: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function sourceFault(source: FleetSource): string | undefined {
  if (!("url" in source)) return undefined;
  const { name, url, token_file } = source;
  if (!URL.canParse(url)) return `the url of ${name} in fleet_sources is not a URL: ${quoted(url)}`;
  return token_file !== undefined && isPlainAndRemote(url)
    ? `the source ${name} would send its token unencrypted to ${quoted(url)}: use https`
    : undefined;
}

function repeatedName(sources: readonly FleetSource[]): string | undefined {
  const names = sources.map(({ name }) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  return repeated === undefined
    ? undefined
    : `fleet_sources has two hosts called ${quoted(repeated)}: names must differ`;
}

function etcdFault(etcd: FleetEtcd): string | undefined {
  const wrong = etcd.endpoints.find((url) => !URL.canParse(url));
  if (wrong !== undefined) return `an endpoint of fleet_etcd is not a URL: ${quoted(wrong)}`;
  const plain = etcd.endpoints.find(isPlainAndRemote);
  if (plain !== undefined && !etcd.insecure)
    return `fleet_etcd would send everything unencrypted to ${quoted(plain)}: use https, or set "insecure": true`;
  if ((etcd.user === undefined) !== (etcd.password_file === undefined))
    return "user and password_file of fleet_etcd belong together: set both, or neither";
  return (etcd.cert_file === undefined) === (etcd.key_file === undefined)
    ? undefined
    : "cert_file and key_file of fleet_etcd belong together: set both, or neither";
}

/** A lease that ends between two rounds would make a living host lost. */
function leaseFault(settings: FleetSettings): string | undefined {
  const { fleet_lost_after_seconds: lease, scan_interval_seconds: interval } = settings;
  const least = 2 * interval + 5;
  if (lease >= least) return undefined;
  const remedy =
    least <= LONGEST_LEASE ? `set at least ${least}` : "set a scan_interval_seconds of 147 or less";
  return `fleet_lost_after_seconds ${lease} is too short for a scan_interval_seconds of ${interval}: ${remedy}`;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** True for http to a host that is not this one. */
const isPlainAndRemote = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !LOOPBACK.test(hostname);
};
