/**
 * Collects the tail of a program's output until the program ends, even if other processes still
 * hold its pipe.
 *
 * @module
 */
import { closeSync, constants } from "node:fs";
import { OperatorError } from "../../base/errors.ts";
import { errnoOf } from "../errno.ts";
import { startStandbyReader } from "./standby-reader.ts";
import { createPipes, reopenNonBlocking, type Pipe } from "./pipe.ts";
import { createByteTail, type ByteTail } from "./byte-tail.ts";

/** How long to drain a pipe after the program's end: processes that it left may hold it open. */
export const PIPE_DRAIN_MS = 1000;

export interface OutputCollector {
  /** For `Bun.spawn`. */
  readonly output: number | "ignore";
  /** Starts to read. Call it after the program was started, or could not be. */
  readonly start: () => void;
  /**
   * Drains the pipe for at most 1 s and returns the tail. Call it after the program's end.
   * Processes that the program left keep running, and their output is discarded.
   */
  readonly finish: () => Promise<string>;
}

/**
 * Opens a pipe for a program's output, and keeps its last `capacity` bytes. Without a pipe, the
 * output is discarded, and `finish` returns the reason instead. `onChunk` gets the output as it comes.
 */
export function createCollector(
  capacity: number,
  onChunk: (chunk: Uint8Array) => void = () => {},
): OutputCollector {
  const doing = "Cannot keep the output";
  try {
    const [output, liveness] = createPipes(["output", "liveness"], doing);
    const fd = openReader(output, liveness, doing);
    const tail = createByteTail(capacity);
    const append = (chunk: Uint8Array) => {
      tail.append(chunk);
      onChunk(chunk);
    };
    return collectFrom(output, liveness, fd, { ...tail, append });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { output: "ignore", start: () => {}, finish: async () => error.message };
  }
}

/** The read end, opened again as non-blocking; the standby reader keeps the blocking one. */
interface OpenReader {
  readonly fd: number;
  readonly chunks: ReturnType<typeof chunksOf>;
}

/** Duplicates `fd`, so it fails if no descriptor is free. */
const chunksOf = (fd: number) => Bun.file(fd).stream().getReader();

/** Opens the output before the program starts, so that a failure cannot orphan the program. */
function openReader(output: Pipe, liveness: Pipe, doing: string): OpenReader {
  const fd = reopenNonBlocking(output.readEnd, constants.O_RDONLY);
  try {
    if (fd !== undefined) return { fd, chunks: chunksOf(fd) };
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
  for (const end of [fd, output.readEnd, output.writeEnd, liveness.readEnd, liveness.writeEnd])
    if (end !== undefined) closeSync(end);
  throw new OperatorError("io_error", doing, "see the limit on open files: ulimit -n");
}

function collectFrom(
  output: Pipe,
  liveness: Pipe,
  open: OpenReader,
  tail: ByteTail,
): OutputCollector {
  const standby = startStandbyReader(output.readEnd, liveness, "nowhere");
  let reader: PipeReader = { closed: Promise.resolve(), stop: async () => {} };
  return {
    output: output.writeEnd,
    start() {
      reader = readPipe(open, tail);
      closeSync(output.writeEnd);
    },
    async finish() {
      const timeout = Bun.sleep(PIPE_DRAIN_MS).then(() => false);
      const isClosed = await Promise.race([reader.closed.then(() => true), timeout]);
      if (isClosed) standby.dismiss();
      else if (await standby.hasStarted) standby.takeOver();
      // Without a standby reader, keep reading: SIGPIPE would kill the remaining processes.
      else return tail.text();
      closeSync(output.readEnd);
      await reader.stop();
      return tail.text();
    },
  };
}

interface PipeReader {
  /** Resolves when all writers have closed the pipe, or the reader was stopped. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

function readPipe({ fd, chunks }: OpenReader, tail: ByteTail): PipeReader {
  const readAll = async () => {
    for (let chunk = await chunks.read(); !chunk.done; chunk = await chunks.read())
      tail.append(chunk.value);
  };
  const closed = readAll().finally(() => closeSync(fd));
  return { closed, stop: () => chunks.cancel() };
}
