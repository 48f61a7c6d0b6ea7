/**
 * A real serve-health, and requests byte by byte, for tests.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll } from "bun:test";
import { PATIENCE_MS, until } from "./background.ts";
import { command, type Ended, type Form } from "./program.ts";

export { until };

const RUNNING = new Set<Endpoint>();

/** A serve-health at work. */
export interface Endpoint {
  /** As it printed it: `http://127.0.0.1:PORT/` or `unix:/path`. */
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  /** Asks for a path of it. */
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Sends SIGTERM and waits for the end; killed when it hangs. */
  stop(): Promise<Ended>;
}

/** Starts serve-health where only this host reaches it, and waits for its first scan. Call `stopEndpoints` once a file. */
export const startEndpoint = (form: Form, ...flags: string[]): Promise<Endpoint> =>
  startServer(command(form, "serve-health"), ...flags);

/** Starts the serve-health that `program` runs, in the same way. */
export async function startServer(
  program: readonly string[],
  ...flags: string[]
): Promise<Endpoint> {
  const listen = flags.some((flag) => flag.startsWith("--listen")) ? [] : ["--listen=127.0.0.1:0"];
  // A test must not see the jobs of this machine.
  const argv = [...program, "--heartbeat-dir=/nowhere", ...listen, ...flags];
  const child = Bun.spawn(argv, {
    env: process.env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stderr = child.stderr.text();
  const reader = child.stdout.getReader();
  const address = new TextDecoder().decode((await reader.read()).value).trim();
  if (address === "")
    throw new Error(`serve-health ended with ${await child.exited}: ${await stderr}`);
  const unix = address.startsWith("unix:") ? address.slice("unix:".length) : undefined;
  const endpoint: Endpoint = {
    address,
    port: unix === undefined ? Number(new URL(address).port) : 0,
    pid: child.pid,
    get: (path, init = {}) =>
      unix === undefined
        ? fetch(new URL(path, address), init)
        : fetch(`http://localhost${path}`, { ...init, unix }),
    async stop() {
      RUNNING.delete(endpoint);
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      const code = await child.exited;
      clearTimeout(timer);
      return { code, stdout: `${address}\n`, stderr: await stderr };
    },
  };
  RUNNING.add(endpoint);
  await until(async () => (await endpoint.get("/readyz")).ok);
  return endpoint;
}

/** Stops what a test left running, at the file's end. Call it at the file's top. */
export const stopEndpoints = (): void =>
  afterAll(async () => void (await Promise.all([...RUNNING].map((each) => each.stop()))));

/** A connection that sends what a test gives it, and keeps the response. */
export interface Wire {
  readonly socket: Socket;
  /** All that came, a character a byte. */
  text(): string;
  /** When the server ended it, in milliseconds after its start; undefined while it is open. */
  closedAfter(): number | undefined;
}

/** Opens a connection and sends `bytes`, a character a byte. */
export function openWire(port: number, bytes: string): Wire {
  const started = performance.now();
  let closed: number | undefined;
  let text = "";
  const socket = connect(port, "127.0.0.1");
  socket.write(Buffer.from(bytes, "latin1"));
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.on("error", () => {});
  socket.on("close", () => (closed = performance.now() - started));
  return { socket, text: () => text, closedAfter: () => closed };
}

/** What the server says to `bytes`, until it is silent for `quietMs` or closes. */
export async function say(port: number, bytes: string, quietMs = 150): Promise<string> {
  const wire = openWire(port, bytes);
  await until(() => wire.text() !== "" || wire.closedAfter() !== undefined);
  for (let seen = -1; seen !== wire.text().length && wire.closedAfter() === undefined;) {
    seen = wire.text().length;
    await Bun.sleep(quietMs);
  }
  wire.socket.destroy();
  return wire.text();
}

/** The status of each answer in what a server said. */
export const statusesOf = (said: string): number[] =>
  [...said.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));

/** What a process holds in memory, in MB, and how many descriptors it has open. */
export function holdings(pid: number): { megabytes: number; descriptors: number } {
  const [, kilobytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return {
    megabytes: Number(kilobytes) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
