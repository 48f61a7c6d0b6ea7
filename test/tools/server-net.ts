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
  /** Drops what `from` sends to another server, in this direction only. */
  dropFrom(from: number, to: number): void;
  /** Drops this part of the packets that come to a server. */
  loseAt(server: number, part: number): void;
  /** How many packets were dropped since. */
  lostAt(server: number): number;
  /** Ends all cuts and losses. */
  mend(): void;
  remove(): void;
}

const ip = (...argv: string[]) => must("ip", ...argv);

function must(...argv: string[]): string {
  const { exitCode, stderr, stdout } = Bun.spawnSync(argv, { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}

/**
 * A filter of packets as the kernel runs it, which drops this part of them: a random number of 32 bits
 * is loaded and compared. It needs no firewall, and no netem, which many kernels lack.
 */
const lossFilter = (part: number): string =>
  `4,32 0 0 4294963256,53 1 0 ${Math.round(part * 2 ** 32)},6 0 0 2,6 0 0 0`;

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
  const [cuts, losses] = [new Set<string>(), new Set<number>()];
  /** A route to nowhere needs no firewall. */
  const route = (action: "add" | "del", from: number, to: number) =>
    ip("-n", space(from + 1), "route", action, "blackhole", `${addressOf(to + 1)}/32`);
  const drop = (from: number, to: number) => {
    if (!cuts.has(`${from} ${to}`)) route("add", from, to);
    cuts.add(`${from} ${to}`);
  };
  const ingress = (action: "add" | "del", n: number) =>
    must("tc", "-n", space(n + 1), "qdisc", action, "dev", "eth0", "ingress");
  return {
    places: SERVERS.map((n) => ({
      client: `http://${addressOf(n)}:2379`,
      peer: `http://${addressOf(n)}:2380`,
      namespace: space(n),
    })),
    isolate(server) {
      for (const other of [0, 1, 2].filter((each) => each !== server)) {
        drop(server, other);
        drop(other, server);
      }
    },
    dropFrom: drop,
    loseAt(server, part) {
      ingress("add", server);
      losses.add(server);
      const filter = ["protocol", "all", "prio", "1", "bpf", "da", "bytecode", lossFilter(part)];
      must("tc", "-n", space(server + 1), "filter", "add", "dev", "eth0", "ingress", ...filter);
    },
    lostAt(server) {
      const shown = must("tc", "-s", "-n", space(server + 1), "qdisc", "show", "dev", "eth0");
      return Number(/ingress[^]*?dropped (\d+)/.exec(shown)?.[1] ?? 0);
    },
    mend() {
      for (const cut of cuts) {
        const [from = 0, to = 0] = cut.split(" ").map(Number);
        route("del", from, to);
      }
      for (const server of losses) ingress("del", server);
      cuts.clear();
      losses.clear();
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
