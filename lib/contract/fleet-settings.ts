/**
 * The settings of a fleet: its hosts, or the etcd that they publish to.
 *
 * @module
 */
import * as v from "valibot";
import { Argv } from "../base/argv.ts";
import { wholeNumberFrom } from "../base/number.ts";
import { LONGEST_LEASE } from "./setting-rows.ts";
import { AbsolutePath, HttpUrl } from "./setting-values.ts";

const HOST = "Expected a host name: a to z, 0 to 9, dots and dashes, at most 253 characters";

/** The name of a host in a fleet. It becomes part of a key, a metric's label and a path. */
export const FleetHostName = v.pipe(v.string(HOST), v.regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, HOST));

const SOURCE = "Expected a name and one of: url, command, file";

/** A host of the fleet, and how its report is obtained: from an address, a command or a file. */
export const FleetSource = v.union(
  [
    v.strictObject({
      name: FleetHostName,
      url: HttpUrl,
      token_file: v.optional(AbsolutePath),
      ca_file: v.optional(AbsolutePath),
    }),
    v.strictObject({ name: FleetHostName, command: Argv }),
    v.strictObject({ name: FleetHostName, file: AbsolutePath }),
  ],
  SOURCE,
);
export type FleetSource = v.InferOutput<typeof FleetSource>;

const SOURCES = "Expected a list of at most 1000 hosts";
export const FleetSources = v.pipe(v.array(FleetSource, SOURCES), v.maxLength(1000, SOURCES));

const PREFIX = "Expected a prefix of keys, such as /lazarus-pit/v1/";
const KeyPrefix = v.pipe(v.string(PREFIX), v.regex(/^\/(?:[A-Za-z0-9._-]+\/){1,8}$/, PREFIX));

const ENDPOINTS = "Expected 1 to 9 URLs";
/** How to reach etcd's gRPC gateway. */
export const FleetEtcd = v.strictObject({
  endpoints: v.pipe(
    v.array(HttpUrl, ENDPOINTS),
    v.minLength(1, ENDPOINTS),
    v.maxLength(9, ENDPOINTS),
  ),
  prefix: v.optional(KeyPrefix, "/lazarus-pit/v1/"),
  user: v.optional(v.string()),
  password_file: v.optional(AbsolutePath),
  ca_file: v.optional(AbsolutePath),
  cert_file: v.optional(AbsolutePath),
  key_file: v.optional(AbsolutePath),
  /** Allows http to servers on other hosts. */
  insecure: v.optional(v.boolean(), false),
});
export type FleetEtcd = v.InferOutput<typeof FleetEtcd>;

const LEASE = `Expected whole seconds, 10 to ${LONGEST_LEASE}`;
/** After how many seconds without a sign of life etcd forgets that a host is there: its lease. */
export const LeaseSeconds = wholeNumberFrom(10, LONGEST_LEASE, LEASE);

const ALONE = "Expected whole seconds, 0 to 86400";
/** How long a host continues to revive without an answer from etcd. */
export const AloneSeconds = wholeNumberFrom(0, 86_400, ALONE);
