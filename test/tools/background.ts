/**
 * Servers that run during a test, and are gone at its end.
 *
 * @module
 */
import { afterAll } from "bun:test";

/** Only what hangs takes as long as this, however busy the machine is. */
export const PATIENCE_MS = 120_000;
/** How often a test looks again. */
const LOOK_MS = 20;

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
    env: process.env,
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

/**
 * Tries again until `look` gives something, and gives that. What throws is not there yet.
 *
 * @throws after two minutes, and names `wanted`, the function that says what was waited for.
 */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  wanted: (...found: never[]) => unknown = look,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    let met: unknown;
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      met = error;
    }
    if (performance.now() > end)
      throw new Error(`Waited ${PATIENCE_MS / 1000} s without success for: ${String(wanted)}`, {
        cause: met,
      });
    await Bun.sleep(LOOK_MS);
  }
}

/** Waits until `isSo`, as long as a busy machine may need. */
export const until = (isSo: () => boolean | Promise<boolean>): Promise<true> =>
  eventually(async () => ((await isSo()) ? true : undefined), isSo);

/** A port of the loopback address that nobody listens on now. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
