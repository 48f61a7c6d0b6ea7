/**
 * Servers that run beside a test, and are gone at its end.
 *
 * @module
 */
import { afterAll } from "bun:test";

/** How long a server may take to start, or to stop. */
const PATIENCE_MS = 20_000;

export interface Background {
  /** The first line of its output; for a program that says when it is ready. */
  firstLine(): Promise<string>;
  /** Ends it as an operator would, and gives its exit code. */
  stop(): Promise<number>;
}

/** Gives a function that starts programs; all are stopped at the end of the test file. */
export function backgrounds(): (argv: readonly string[], cwd?: string) => Background {
  const running = new Set<Background>();
  afterAll(async () => {
    await Promise.all([...running].map((each) => each.stop()));
  }, 2 * PATIENCE_MS);
  return (argv, cwd) => {
    const started = start(argv, cwd, () => running.delete(started));
    running.add(started);
    return started;
  };
}

function start(argv: readonly string[], cwd: string | undefined, onStop: () => void): Background {
  const child = Bun.spawn([...argv], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    ...(cwd === undefined ? {} : { cwd }),
  });
  return {
    firstLine: () => firstLine(child.stdout),
    async stop() {
      onStop();
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await child.exited;
      clearTimeout(timer);
      return child.exitCode ?? -1;
    },
  };
}

async function firstLine(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = output.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`It ended before it was ready, and said: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text.split("\n")[0] ?? "";
}

/** Tries again until `look` gives something. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error("It did not come about in time");
    await Bun.sleep(50);
  }
}

/** A port of the loopback address that nobody listens on now. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
