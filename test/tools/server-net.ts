/**
 * Network namespaces for three servers, which the host reaches over a bridge.
 *
 * @module
 */
import type { ServerPlace } from "./etcd.ts";

const SERVERS = [1, 2, 3] as const;

export interface ServerNet {
  readonly places: readonly ServerPlace[];
  /** Cuts a server from the others; the host still reaches it. */
  isolate(server: number): void;
  /** Ends all cuts. */
  mend(): void;
  remove(): void;
}

function ip(...argv: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["ip", ...argv], { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`ip ${argv.join(" ")}: ${stderr.toString()}`);
}

/** For what may be gone already. */
const tidy = (...argv: string[]) => Bun.spawnSync(["ip", ...argv], { stderr: "ignore" });

/** Creates the namespaces, with names of this process's own. */
export function serverNet(): ServerNet {
  const [name, subnet] = [`lp${process.pid}`, `10.${64 + (process.pid % 64)}.77`];
  const space = (n: number) => `${name}-${n}`;
  const addressOf = (n: number) => `${subnet}.${n}`;
  ip("link", "add", name, "type", "bridge");
  ip("addr", "add", `${addressOf(254)}/24`, "dev", name);
  ip("link", "set", name, "up");
  for (const n of SERVERS) {
    ip("netns", "add", space(n));
    ip("link", "add", `${name}v${n}`, "type", "veth", "peer", "name", "eth0", "netns", space(n));
    ip("link", "set", `${name}v${n}`, "master", name, "up");
    ip("-n", space(n), "addr", "add", `${addressOf(n)}/24`, "dev", "eth0");
    for (const device of ["eth0", "lo"]) ip("-n", space(n), "link", "set", device, "up");
  }
  /** Both ends drop what they would send to the other: a route to nowhere needs no firewall. */
  const route = (from: number, to: number, action: "add" | "del") =>
    ip("-n", space(from), "route", action, "blackhole", `${addressOf(to)}/32`);
  const isolated = new Set<number>();
  const change = (n: number, action: "add" | "del") => {
    for (const other of SERVERS.filter((each) => each !== n)) {
      route(n, other, action);
      route(other, n, action);
    }
  };
  return {
    places: SERVERS.map((n) => ({
      client: `http://${addressOf(n)}:2379`,
      peer: `http://${addressOf(n)}:2380`,
      namespace: space(n),
    })),
    isolate(server) {
      isolated.add(server);
      change(server + 1, "add");
    },
    mend() {
      for (const server of isolated) change(server + 1, "del");
      isolated.clear();
    },
    remove() {
      for (const n of SERVERS) {
        // A namespace goes in the background, and would keep its link, and so the link's name.
        tidy("link", "del", `${name}v${n}`);
        tidy("netns", "del", space(n));
      }
      tidy("link", "del", name);
    },
  };
}
