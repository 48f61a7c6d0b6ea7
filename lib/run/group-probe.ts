/**
 * Finds out whether a signal was sent to this process alone, or to its whole process group: then a
 * command in the same group has received it as well.
 *
 * The kernel does not say which. So a small process in our group, the probe, blocks all signals: those
 * sent to the group stay pending for it, which `/proc` shows. This covers the keys of a terminal,
 * kill(2) of the group, and senders that signal one process after the other, such as systemd.
 *
 * @module
 */
import { signalMask } from "../host/signal-masks.ts";
import { withSignalsBlocked } from "../host/syscalls/blocked-signals.ts";
import { FORWARDED_SIGNALS, signalsIn } from "./rules/signal-table.ts";

/** Whether a signal was sent to the group or to this process alone; `unknown` without a probe. */
export type SignalReach = "group" | "alone" | "unknown";

export interface GroupProbe {
  /** Call it right before the command starts: a signal that has arrived by then has not reached it. */
  commandStarts(): void;
  /** Where a signal was sent that has just arrived here. Takes 30 ms if to this process alone. */
  reachOf(signal: number): Promise<SignalReach>;
  /** Ends the process. */
  close(): void;
}

/** A sender that signals one process after the other has reached the probe by then. */
const ALONE_AFTER_MS = 30;
/** The longest wait for a probe that has just been started. */
const START_LIMIT_MS = 1000;
const POLL_MS = 2;
/** A probe that has pending signals is replaced once none has arrived for this time. */
const REPLACE_AFTER_MS = 100;

/** Starts the probe. Without env(1) of GNU coreutils, each reach is unknown. */
export function openGroupProbe(): GroupProbe {
  let probe = startProbe();
  let early = "0";
  let pendingChecks = 0;
  let replacement: ReturnType<typeof setTimeout> | undefined;
  const replaceLater = () => {
    clearTimeout(replacement);
    replacement = setTimeout(() => {
      if (pendingChecks > 0) return replaceLater();
      const last = probe;
      [probe, early] = [startProbe(), "0"];
      last?.kill("SIGKILL");
    }, REPLACE_AFTER_MS);
    replacement.unref();
  };
  return {
    commandStarts() {
      early = (probe && signalMask(probe.pid, "ShdPnd")) ?? "0";
    },
    async reachOf(signal) {
      pendingChecks++;
      const isEarly = signalsIn(early).includes(signal);
      const reach = isEarly ? "alone" : await reachSeenBy(probe, signal);
      pendingChecks--;
      if (isEarly || reach !== "alone") replaceLater();
      return reach;
    },
    close() {
      clearTimeout(replacement);
      probe?.kill("SIGKILL");
    },
  };
}

/** It ends at the end of its input, so that it does not outlive this process. */
function startProbe() {
  try {
    const child = withSignalsBlocked(Object.values(FORWARDED_SIGNALS), () =>
      Bun.spawn(["env", "--block-signal", "cat"], {
        cwd: "/",
        env: { PATH: process.env["PATH"] },
        stdio: ["pipe", "ignore", "ignore"],
      }),
    );
    child.unref();
    return child;
  } catch {
    return undefined;
  }
}

async function reachSeenBy(
  probe: Bun.Subprocess | undefined,
  signal: number,
): Promise<SignalReach> {
  if (probe === undefined) return "unknown";
  const [startedMs, isIn] = [performance.now(), (mask: string) => signalsIn(mask).includes(signal)];
  for (let ms = 0; ms < START_LIMIT_MS; ms = performance.now() - startedMs) {
    // A signal that arrived before it could block any has ended it.
    if (probe.exitCode !== null || probe.signalCode !== null)
      return probe.signalCode === null || probe.signalCode === "SIGKILL" ? "unknown" : "group";
    if (isIn(signalMask(probe.pid, "ShdPnd") ?? "0")) return "group";
    const isReady = isIn(signalMask(probe.pid, "SigBlk") ?? "0");
    if (isReady && ms >= ALONE_AFTER_MS) return "alone";
    await Bun.sleep(POLL_MS);
  }
  return "unknown";
}
