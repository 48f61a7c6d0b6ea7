/**
 * An etcd with certificates and accounts, set up by config/etcd/setup.sh as it stands.
 *
 * @module
 */
import { join } from "node:path";
import type { FleetEtcd } from "../../lib/contract/fleet-settings.ts";
import { until } from "./background.ts";
import { type EtcdServers, loopbackPlace, type ServerPlace, startServers } from "./etcd.ts";
import { command, type Ended, run } from "./program.ts";

/** What `config/etcd/` contains. */
export const ETCD_CONFIG = join(import.meta.dir, "../../config/etcd");

export interface SecureEtcd {
  readonly place: ServerPlace;
  /** The path of a file that setup.sh writes. */
  readonly file: (name: string) => string;
  readonly setup: (...args: string[]) => Promise<Ended>;
  /** Runs a script where the files are. */
  readonly sh: (script: string) => Promise<Ended>;
  /** The settings of an account. */
  readonly settingsOf: (user: string, more?: Partial<FleetEtcd>) => FleetEtcd;
  /** Makes the certificates, starts the server and creates the accounts of these hosts. */
  readonly start: (...hosts: string[]) => Promise<EtcdServers>;
}

/** Its files are written to the directory `here`. */
export function secureEtcd(here: string): SecureEtcd {
  const place = loopbackPlace("https");
  const file = (name: string) => join(here, name);
  const env = { PATH: process.env["PATH"] ?? "" };
  const setup = (...args: string[]) =>
    run(["sh", join(ETCD_CONFIG, "setup.sh"), ...args], { cwd: here, env });
  return {
    place,
    file,
    setup,
    sh: (script) => run(["sh", "-ec", script], { cwd: here, env }),
    settingsOf: (user, more = {}) => ({
      endpoints: [place.client],
      prefix: "/lazarus-pit/v1/",
      user,
      password_file: file(`${user}.password`),
      ca_file: file("ca.pem"),
      cert_file: file("client.pem"),
      key_file: file("client.key"),
      insecure: false,
      ...more,
    }),
    async start(...hosts) {
      const made = await setup("certs", "e1");
      if (made.code !== 0) throw new Error(made.stderr);
      const servers = startServers([place], tlsFlags(file, "server"));
      await until(async () => (await setup("users", place.client, ...hosts)).code === 0);
      return servers;
    },
  };
}

/** The flags of a server with the certificate `name`, whose tokens last for 3 s. */
export const tlsFlags = (file: SecureEtcd["file"], name: string): string[] => [
  `--cert-file=${file(`${name}.pem`)}`,
  `--key-file=${file(`${name}.key`)}`,
  "--client-cert-auth",
  `--trusted-ca-file=${file("ca.pem")}`,
  "--auth-token-ttl",
  "3",
];

/** Runs a step of `lazarus-pit fleet`; a proxy is set, which it must not use. */
export const fleetStep = (etcd: FleetEtcd, ...args: string[]): Promise<Ended> =>
  run([...command("executable", "lazarus-pit"), "fleet", ...args], {
    env: { LAZARUS_PIT_FLEET_ETCD: JSON.stringify(etcd), http_proxy: "http://127.0.0.1:9" },
  });
