/**
 * Captures the output of a subprocess.
 *
 * @module
 */
import { createCollector, PIPE_DRAIN_MS } from "./output-collector.ts";
import { type ByteTail, createByteTail } from "./byte-tail.ts";

/** The bytes of each output to keep. */
const TAIL_BYTES = 65_536;

export interface OutputCapture {
  /** For `Bun.spawn`. */
  readonly stdout: "pipe" | "ignore";
  readonly stderr: "pipe" | "ignore" | number;
  /** Starts to read; undefined if the program could not be started. */
  start(child: Bun.Subprocess | undefined): void;
  /** The tails of both outputs. Call it after the program's end; takes at most 1 s. */
  finish(): Promise<{ readonly stdout: string; readonly stderr: string }>;
}

/** Captures stdout and stderr of a program that leaves no processes running. */
export const captureBoth = (): OutputCapture => captureWith(createByteTail(TAIL_BYTES));

/**
 * Like `captureBoth`, but keeps all of stdout, up to `limitBytes`: beyond it, calls `onExcess` once
 * and keeps nothing more.
 */
export function captureWhole(limitBytes: number, onExcess: () => void): OutputCapture {
  const chunks: Uint8Array[] = [];
  let left = limitBytes;
  const append = (chunk: Uint8Array): void => {
    if (left < 0) return;
    left -= chunk.length;
    if (left < 0) onExcess();
    else chunks.push(chunk);
  };
  return captureWith({ append, text: () => Buffer.concat(chunks).toString() });
}

/** Captures stdout by `stdout`, and the tail of stderr. */
function captureWith(stdout: Pick<ByteTail, "append" | "text">): OutputCapture {
  const stderr = createByteTail(TAIL_BYTES);
  let closed: Promise<unknown> = Promise.resolve();
  return {
    stdout: "pipe",
    stderr: "pipe",
    start(child) {
      closed = Promise.all([readAll(child?.stdout, stdout), readAll(child?.stderr, stderr)]);
    },
    async finish() {
      await Promise.race([closed, Bun.sleep(PIPE_DRAIN_MS)]);
      return { stdout: stdout.text(), stderr: stderr.text() };
    },
  };
}

/**
 * Captures stderr of a program that may leave processes running, and does not disturb these.
 * `onChunk` gets it as it comes.
 */
export function captureStderr(onChunk?: (chunk: Uint8Array) => void): OutputCapture {
  const { output, start, finish } = createCollector(TAIL_BYTES, onChunk);
  return {
    stdout: "ignore",
    stderr: output,
    start,
    finish: async () => ({ stdout: "", stderr: await finish() }),
  };
}

async function readAll(
  pipe: Bun.Subprocess["stdout"],
  tail: Pick<ByteTail, "append">,
): Promise<void> {
  if (pipe instanceof ReadableStream)
    for await (const chunk of pipe as ReadableStream<Uint8Array>) tail.append(chunk);
}
