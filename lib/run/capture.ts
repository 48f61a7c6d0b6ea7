/**
 * Forwards a command's output as it arrives, and keeps the last part for its record.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { startStandbyReader } from "../host/programs/standby-reader.ts";
import { sendSignal } from "../host/send-signal.ts";
import { createByteTail } from "../host/programs/byte-tail.ts";
import { createWarnOnce, warnOnStderr } from "./best-effort.ts";
import { type CaptureChannel, followSize, openChannels } from "./capture-channels.ts";
import type { RunningCommand } from "./command.ts";
import { type PumpObserver, pump } from "./pump.ts";
import { QuietOutput } from "./quiet-output.ts";
import { createSeenOutput, type ForwardedOutput } from "./seen-output.ts";

const TAIL_BYTES = 10_000;
/** After the command's end, background processes may hold the pipes open: wait for a silence of 1 s. */
const QUIET_MS = 1000;
/** The longest wait for background processes that keep writing. */
const DRAIN_LIMIT_MS = 10_000;
const POLL_MS = 20;

/** The captured output of a command, on its way to the wrapper's own stdout and stderr. */
export interface Capture {
  /** Descriptors for the command's stdout and stderr. */
  readonly outputs: readonly [number, number];
  /** Starts to forward; call it once the command has its descriptors. */
  start(running: RunningCommand): void;
  /** Returns what was forwarded since the last call; undefined if lines are not compared. */
  readonly takeForwarded: (() => ForwardedOutput) | undefined;
  /**
   * Forwards the rest, however slowly it is read, until the pipes are closed, or stay empty for
   * 1 s, or `interrupted` resolves. Returns the last 10 kB of both streams.
   */
  end(interrupted: Promise<void>): Promise<Uint8Array>;
  /** With `isQuiet`: prints what was not forwarded, until `interrupted` resolves. Call it after `end`. */
  print(interrupted: Promise<void>): Promise<void>;
}

/**
 * Opens what is needed; with `comparesLines`, each line is compared with earlier ones. Background processes of
 * the command can still write to our outputs after we have ended, as they could without a wrapper.
 *
 * @throws {OperatorError} when the pipes cannot be created.
 */
export function openCapture(comparesLines: boolean, isQuiet: boolean): Capture {
  const channels = openChannels();
  const ends = channels.map(({ source }) => source.writeEnd);
  const tail = createByteTail(TAIL_BYTES);
  const seen = comparesLines ? createSeenOutput() : undefined;
  const [seeOut, seeErr] = seen?.watch ?? [];
  const quiet = isQuiet ? new QuietOutput() : undefined;
  const warn = createWarnOnce();
  const flows = channels.map((channel) =>
    openFlow(
      (bytes) => {
        tail.append(bytes);
        quiet?.add(channel.to, bytes);
        (channel.to === 1 ? seeOut : seeErr)?.(bytes);
      },
      (error) => {
        if (isReaderGone(error, channel)) throw error;
        warn(`Cannot forward the output: ${describeErrno(error)}`);
      },
    ),
  );
  let pumps: Promise<unknown> = Promise.resolve();
  let stopFollowing: (() => void) | undefined;
  return {
    outputs: [ends[0] ?? 1, ends.at(-1) ?? 2],
    takeForwarded: seen?.take,
    start({ pid }) {
      for (const end of ends) closeSync(end);
      stopFollowing = followSize(channels, () => sendSignal(pid, "SIGWINCH"));
      pumps = Promise.all(flows.map((flow, at) => forward(channels[at], flow, isQuiet)));
    },
    async end(interrupted) {
      stopFollowing?.();
      await Promise.race([pumps, untilQuiet(flows), interrupted]);
      return tail.bytes();
    },
    print: (interrupted) => Promise.race([quiet?.print(), interrupted]),
  };
}

/**
 * True if nobody reads our output any more: then the command gets the same error. After any other, such as a
 * full disk, forwarding goes on, because a closed pipe kills programs that survive such an error.
 */
const isReaderGone = (error: unknown, { isTerminal }: CaptureChannel): boolean =>
  errnoOf(error) === "EPIPE" || (isTerminal && errnoOf(error) === "EIO");

interface Flow extends PumpObserver {
  /** Number of chunks received. */
  chunks: number;
  /** The pipe has been closed, or its output has no reader. */
  isClosed: boolean;
}

function openFlow(keep: (bytes: Uint8Array) => void, onLost: Flow["onLost"]): Flow {
  const flow: Flow = {
    isDry: false,
    isClosed: false,
    chunks: 0,
    onChunk(bytes) {
      flow.chunks++;
      keep(bytes);
    },
    onLost,
  };
  return flow;
}

/**
 * Resolves when both flows have been silent for a while and everything is forwarded. It counts
 * polls rather than time: after this process was stopped, pending output is read first.
 */
async function untilQuiet(flows: readonly Flow[]): Promise<void> {
  let [quietPolls, polls, lastChunks] = [0, 0, -1];
  const isDone = () =>
    quietPolls >= QUIET_MS / POLL_MS || (polls >= DRAIN_LIMIT_MS / POLL_MS && quietPolls > 0);
  while (!isDone()) {
    await Bun.sleep(POLL_MS);
    const isDry = flows.every((flow) => flow.isClosed || flow.isDry);
    const chunks = flows.reduce((sum, flow) => sum + flow.chunks, 0);
    quietPolls = isDry && chunks === lastChunks ? quietPolls + 1 : 0;
    // A slow reader does not use up the limit.
    if (isDry || chunks !== lastChunks) polls++;
    lastChunks = chunks;
  }
}

async function forward(
  channel: CaptureChannel | undefined,
  flow: Flow,
  isQuiet: boolean,
): Promise<void> {
  if (channel === undefined) return;
  const { source, standby } = channel;
  const to = isQuiet ? openSync("/dev/null", "w") : channel.to;
  const reader = startStandbyReader(source.readEnd, standby, isQuiet ? "nowhere" : to);
  try {
    await pump(source.readEnd, to, flow);
  } catch (error) {
    if (!isReaderGone(error, channel))
      warnOnStderr(`Cannot forward the output: ${describeErrno(error)}`);
  } finally {
    flow.isClosed = true;
    reader.dismiss();
  }
}
