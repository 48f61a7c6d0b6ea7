/**
 * Settings of a fleet that cannot be used together.
 */
import { expect, test } from "bun:test";
import { type FleetSettings, fleetContradiction } from "../../lib/contract/fleet-contradiction.ts";
import type { FleetEtcd } from "../../lib/contract/fleet-settings.ts";

const OTHERS = { fleet_lost_after_seconds: 30, scan_interval_seconds: 10 };
const etcd = (changes: Partial<FleetEtcd> = {}): FleetEtcd => ({
  endpoints: ["https://e1:2379"],
  prefix: "/lazarus-pit/v1/",
  insecure: false,
  ...changes,
});
const withEtcd = (changes: Partial<FleetEtcd> = {}): FleetSettings => ({
  ...OTHERS,
  fleet_etcd: etcd(changes),
});
const withSource = (url: string, token_file?: string): FleetSettings => ({
  ...OTHERS,
  fleet_sources: [{ name: "a", url, token_file }],
});

test.each<[string, FleetSettings]>([
  ["no fleet, with a long interval", { ...OTHERS, scan_interval_seconds: 3600 }],
  ["etcd by https", withEtcd()],
  ["etcd by http on this host", withEtcd({ endpoints: ["http://127.0.0.1:2379"] })],
  ["etcd by http that is allowed", withEtcd({ endpoints: ["http://e1:2379"], insecure: true })],
  ["the shortest lease", { ...withEtcd(), fleet_lost_after_seconds: 25 }],
  ["a token over https", withSource("https://a:8471/v1/report", "/t")],
  ["a token on this host", withSource("http://[::1]:8471/v1/report", "/t")],
  ["http without a token", withSource("http://a:8471/v1/report")],
])("accepts %s", (_, settings) => {
  expect(fleetContradiction(settings)).toBeUndefined();
});

test.each<[string, FleetSettings, string]>([
  [
    "sources and etcd together",
    { ...withEtcd(), fleet_sources: [] },
    "fleet_sources and fleet_etcd exclude each other",
  ],
  [
    "one name for two hosts",
    {
      ...OTHERS,
      fleet_sources: [
        { name: "a", file: "/1" },
        { name: "a", file: "/2" },
      ],
    },
    'two hosts called "a"',
  ],
  ["a token over http", withSource("http://a:8471/v1/report", "/t"), "unencrypted"],
  ["a source without a port", withSource("http://a:b:c"), "is not a URL"],
  ["etcd over http", withEtcd({ endpoints: ["https://e1", "http://10.0.0.1:2379"] }), "use https"],
  ["http to a look-alike", withEtcd({ endpoints: ["http://127.0.0.1.example.org"] }), "use https"],
  ["an endpoint without a port", withEtcd({ endpoints: ["https://a:b:c"] }), "is not a URL"],
  ["a user without a password", withEtcd({ user: "alpha" }), "belong together"],
  ["a key without a certificate", withEtcd({ key_file: "/k" }), "belong together"],
  ["a lease of two rounds", { ...withEtcd(), fleet_lost_after_seconds: 24 }, "set at least 25"],
  [
    "rounds that no lease outlasts",
    { ...withEtcd(), scan_interval_seconds: 148, fleet_lost_after_seconds: 300 },
    "147 or less",
  ],
])("refuses %s", (_, settings, why) => {
  expect(fleetContradiction(settings)).toContain(why);
});
