/**
 * Real etcd servers for tests: one on loopback, or several, each in its network namespace.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "bun:test";
import { connectEtcd, type EtcdAccess } from "../../lib/fleet/etcd/client.ts";
import { postToGateway } from "../../lib/fleet/etcd/gateway-request.ts";
import { freePort, until } from "./background.ts";

/** Where a server listens, and the namespace it runs in. */
export interface ServerPlace {
  readonly client: string;
  readonly peer: string;
  readonly namespace?: string;
}

export interface EtcdServers {
  readonly endpoints: readonly string[];
  readonly directory: string;
  /** The pid of the server itself, or of what it was started by. */
  pidOf(server: number): number;
  /** The server that leads; -1 without one. */
  leader(): Promise<number>;
  kill(server: number): Promise<void>;
  start(server: number, more?: readonly string[]): void;
  /** Waits until it answers a linearizable read. */
  ready(server: number): Promise<void>;
  signal(server: number, name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

const running = new Set<EtcdServers>();

/** Stops the servers of a test file at its end. Call it at the file's top. */
export const stopServers = (): void =>
  afterAll(async () => {
    await Promise.all([...running].map((each) => each.stop()));
  });

/** A place on loopback. */
export const loopbackPlace = (scheme = "http"): ServerPlace => ({
  client: `${scheme}://127.0.0.1:${freePort()}`,
  peer: `http://127.0.0.1:${freePort()}`,
});

/** Starts one server on loopback, and waits until it answers. */
export async function startServer(flags: readonly string[] = []): Promise<EtcdServers> {
  const servers = startServers([loopbackPlace()], flags);
  await servers.ready(0);
  return servers;
}

/** Starts servers as one cluster, without waiting for them. */
export function startServers(
  places: readonly ServerPlace[],
  flags: readonly string[] = [],
): EtcdServers {
  const directory = mkdtempSync(join(tmpdir(), "lazarus-pit-etcd-"));
  const cluster = places.map(({ peer }, n) => `e${n}=${peer}`).join(",");
  const processes: Bun.Subprocess[] = [];

  function start(server: number, more: readonly string[] = []): void {
    const { client, peer, namespace } = places[server] ?? loopbackPlace();
    const prefix = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    const listening = ["--listen-client-urls", client, "--advertise-client-urls", client];
    const peers = ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer];
    const data = ["--name", `e${server}`, "--data-dir", join(directory, `e${server}`)];
    const rest = ["--initial-cluster", cluster, "--logger", "zap", "--log-level", "error"];
    processes[server] = Bun.spawn(
      [...prefix, "etcd", ...data, ...listening, ...peers, ...rest, ...flags, ...more],
      { stdout: "ignore", stderr: "ignore" },
    );
  }

  const status = async (server: number) => {
    const url = `${places[server]?.client}/v3/maintenance/status`;
    const answer = await postToGateway({ url, body: {}, token: "", ms: 1000, tls: undefined });
    return answer.isOk ? (answer.json as Status) : undefined;
  };

  const servers: EtcdServers = {
    endpoints: places.map(({ client }) => client),
    directory,
    pidOf: (server) => processes[server]?.pid ?? -1,
    async leader() {
      for (const server of places.keys()) {
        const found = await status(server);
        if (found !== undefined && found.leader === found.header.member_id) return server;
      }
      return -1;
    },
    async kill(server) {
      processes[server]?.kill("SIGKILL");
      await processes[server]?.exited;
    },
    start,
    async ready(server) {
      const client = connectEtcd({ endpoints: [places[server]?.client ?? ""] });
      await until(async () =>
        client.txn([], []).then(
          () => true,
          () => false,
        ),
      );
    },
    signal: (server, name) => processes[server]?.kill(name),
    async stop() {
      running.delete(servers);
      for (const each of processes) {
        each.kill("SIGCONT");
        each.kill("SIGKILL");
        await each.exited;
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
  running.add(servers);
  for (const server of places.keys()) start(server);
  return servers;
}

interface Status {
  readonly leader: string;
  readonly header: { readonly member_id: string };
}

/** Access to servers without users and TLS. */
export const accessTo = ({ endpoints }: EtcdServers): EtcdAccess => ({ endpoints });
