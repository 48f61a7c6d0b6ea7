/**
 * A command's output, passed on as it comes and kept at its end.
 *
 * @module
 */
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../schemas/errors.ts";
import { describeErrno, errnoOf, systemFailure } from "../host/errno.ts";
import { tellAside } from "./aside.ts";
import { type Onlooker, pump } from "./pump.ts";

/** How much of the output is kept, in bytes. */
const KEPT = 10_000;
/** How long nothing must come after the command's end: what it left running may hold the pipes. */
const REST_MS = 1000;
/** After so long with what it left running, which writes now and then, a moment is enough. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** Pipes between a command and our own outputs. */
export interface Capture {
  /** What the command gets for its stdout and stderr. */
  readonly outputs: readonly [number, number];
  /** Passes on what comes; call it once the command has its ends. */
  start(): void;
  /**
   * Passes on the rest, however slowly that is read, until the pipes are closed or stay empty
   * for 1 s, or we are `interrupted`; gives the last 10 kB of both.
   */
  end(interrupted: Promise<void>): Promise<Uint8Array>;
}

/**
 * Makes the pipes. They are named ones for a moment, because what Bun calls a pipe is a
 * socket, and a command cannot open that again as /dev/stdout.
 *
 * @throws {OperatorError} when they cannot be made.
 */
export function openCapture(): Capture {
  const [out, err] = makePipes();
  const tail = openTail();
  const flows = [openFlow(tail.keep), openFlow(tail.keep)] as const;
  let pumps: Promise<unknown> = Promise.resolve();
  return {
    outputs: [out.end, err.end],
    start() {
      for (const { end } of [out, err]) closeSync(end);
      pumps = Promise.all([passOn(out.start, 1, flows[0]), passOn(err.start, 2, flows[1])]);
    },
    async end(interrupted) {
      await Promise.race([pumps, untilQuiet(flows), interrupted]);
      return tail.bytes();
    },
  };
}

interface Flow extends Onlooker {
  /** How many pieces have come. */
  pieces: number;
  /** Everything came, or there is nobody to pass it on to. */
  isOver: boolean;
}

function openFlow(keep: (bytes: Uint8Array) => void): Flow {
  const flow: Flow = {
    isDry: false,
    isOver: false,
    pieces: 0,
    keep(bytes) {
      flow.pieces++;
      keep(bytes);
    },
  };
  return flow;
}

/**
 * Ends when nothing came for a while, and nothing is left to be passed on. It counts looks
 * rather than time: after a standstill of this process, what came meanwhile is seen first.
 */
async function untilQuiet(flows: readonly Flow[]): Promise<void> {
  let [quiet, looks, seen] = [0, 0, -1];
  while (quiet < REST_MS / LOOK_MS && (looks < PATIENCE_MS / LOOK_MS || quiet === 0)) {
    await Bun.sleep(LOOK_MS);
    const isDry = flows.every((flow) => flow.isOver || flow.isDry);
    const pieces = flows.reduce((sum, flow) => sum + flow.pieces, 0);
    quiet = isDry && pieces === seen ? quiet + 1 : 0;
    // A slow reader uses up nobody's patience.
    if (isDry || pieces !== seen) looks++;
    seen = pieces;
  }
}

/** Keeps the end of what it is shown. */
function openTail() {
  const kept = new Uint8Array(KEPT);
  let length = 0;
  return {
    keep: (bytes: Uint8Array): void => {
      const last = bytes.length > KEPT ? bytes.subarray(-KEPT) : bytes;
      const stays = Math.min(length, KEPT - last.length);
      kept.copyWithin(0, length - stays, length);
      kept.set(last, stays);
      length = stays + last.length;
    },
    bytes: () => kept.subarray(0, length),
  };
}

interface Pipe {
  readonly start: number;
  readonly end: number;
}

function makePipes(): readonly [Pipe, Pipe] {
  const doing = "Cannot capture the output";
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), "heartbeat-run-"));
    const names = [join(folder, "out"), join(folder, "err")] as const;
    const { spawnSync } = process.getBuiltinModule("node:child_process");
    const { status } = spawnSync("mkfifo", ["-m", "600", ...names], { stdio: "ignore" });
    if (status !== 0) throw new OperatorError("unavailable", `${doing}: mkfifo failed`, "");
    return [openPipe(names[0]), openPipe(names[1])];
  } catch (error) {
    throw systemFailure(error, doing, "io_error");
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens both ends of a named pipe. Opened for both first, it makes no end wait for the other. */
function openPipe(path: string): Pipe {
  const both = openSync(path, constants.O_RDWR);
  try {
    return { start: openSync(path, constants.O_RDONLY), end: openSync(path, constants.O_WRONLY) };
  } finally {
    closeSync(both);
  }
}

async function passOn(from: number, to: number, flow: Flow): Promise<void> {
  try {
    await pump(from, to, flow);
  } catch (error) {
    // Whoever read our output went away; the command meets that as well.
    if (errnoOf(error) === "EPIPE") return;
    tellAside(`Cannot pass on the output: ${describeErrno(error)}`);
  } finally {
    flow.isOver = true;
  }
}
