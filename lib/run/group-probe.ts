/**
 * Tells whether a signal was sent to this process alone, or to its whole process group. A command
 * in the same group has got the second kind already.
 *
 * The kernel does not tell. So a small process in our group blocks all signals: those that are sent
 * to the group remain pending for it, which `/proc` shows. This covers the keys of a terminal,
 * kill(2) of the group, and whatever signals one process after the other, such as systemd.
 *
 * @module
 */
import { signalMask } from "../host/signal-masks.ts";
import { withSignalsBlocked } from "../host/syscalls/blocked-signals.ts";
import { FORWARDED_SIGNALS, signalsIn } from "./rules/signal-table.ts";

/** Whom a signal was sent to, apart from this process; `unknown` without a witness. */
export type SignalReach = "group" | "alone" | "unknown";

export interface GroupWitness {
  /** Call it right before the command starts: a signal that has arrived by then has not reached it. */
  commandStarts(): void;
  /** Whom a signal that has just arrived here was sent to. Takes 30 ms if to us alone. */
  reachOf(signal: number): Promise<SignalReach>;
  /** Ends the process. */
  close(): void;
}

/** A sender that signals one process after the other has reached the witness by then. */
const ALONE_AFTER_MS = 30;
/** The longest wait for a witness that has just been started. */
const START_LIMIT_MS = 1000;
const POLL_MS = 2;
/** A witness that has pending signals is replaced once none has arrived for this time. */
const REPLACE_AFTER_MS = 100;

/** Starts the witness; without env(1) of GNU coreutils there is none. */
export function openGroupWitness(): GroupWitness {
  let witness = startWitness();
  let early = "0";
  let pendingChecks = 0;
  let replacement: ReturnType<typeof setTimeout> | undefined;
  const replaceLater = () => {
    clearTimeout(replacement);
    replacement = setTimeout(() => {
      if (pendingChecks > 0) return replaceLater();
      const last = witness;
      [witness, early] = [startWitness(), "0"];
      last?.kill("SIGKILL");
    }, REPLACE_AFTER_MS);
    replacement.unref();
  };
  return {
    commandStarts() {
      early = (witness && signalMask(witness.pid, "ShdPnd")) ?? "0";
    },
    async reachOf(signal) {
      pendingChecks++;
      const isEarly = signalsIn(early).includes(signal);
      const reach = isEarly ? "alone" : await reachSeenBy(witness, signal);
      pendingChecks--;
      if (isEarly || reach !== "alone") replaceLater();
      return reach;
    },
    close() {
      clearTimeout(replacement);
      witness?.kill("SIGKILL");
    },
  };
}

/** It ends at the end of its input, so that it does not outlive this process. */
function startWitness() {
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
  witness: Bun.Subprocess | undefined,
  signal: number,
): Promise<SignalReach> {
  if (witness === undefined) return "unknown";
  const [startedMs, isIn] = [performance.now(), (mask: string) => signalsIn(mask).includes(signal)];
  for (let ms = 0; ms < START_LIMIT_MS; ms = performance.now() - startedMs) {
    // A signal that arrived before it could block any has ended it.
    if (witness.exitCode !== null || witness.signalCode !== null)
      return witness.signalCode === null || witness.signalCode === "SIGKILL" ? "unknown" : "group";
    if (isIn(signalMask(witness.pid, "ShdPnd") ?? "0")) return "group";
    const isReady = isIn(signalMask(witness.pid, "SigBlk") ?? "0");
    if (isReady && ms >= ALONE_AFTER_MS) return "alone";
    await Bun.sleep(POLL_MS);
  }
  return "unknown";
}
