/**
 * The keys in etcd. They are spelled here only; a layout that differs gets another prefix.
 *
 * @module
 */

/** The kinds of keys with one key for each host. */
export type HostKey = "alive" | "leaving" | "timer" | "reports";

/** The keys under one prefix, which ends with a slash. */
export interface FleetKeys {
  /**
   * `alive/<host>` hangs on the host's lease; `reports/<host>` is its last report; `leaving/<host>`
   * and `timer/<host>` are there while an operator forgets the host.
   */
  readonly host: (kind: HostKey, name: string) => string;
  /** The host that may revive a mission. */
  readonly home: (id: string) => string;
  readonly fleetHold: string;
  readonly hostHold: (name: string) => string;
  readonly missionOrders: (id: string) => string;
  /** The start of all keys of a kind, with its slash. */
  readonly all: (kind: HostKey | "homes" | "orders") => string;
}

export const fleetKeys = (prefix: string): FleetKeys => ({
  host: (kind, name) => `${prefix}${kind}/${name}`,
  home: (id) => `${prefix}homes/${id}`,
  fleetHold: `${prefix}orders/fleet`,
  hostHold: (name) => `${prefix}orders/host/${name}`,
  missionOrders: (id) => `${prefix}orders/mission/${id}`,
  all: (kind) => `${prefix}${kind}/`,
});

/** The end of the range of all keys that start with `start`, which ends with a slash. */
export const endOfRange = (start: string): string => `${start.slice(0, -1)}0`;
