/**
 * The end of a command that takes too long.
 *
 * @module
 */
import type { Running } from "./command.ts";
import { send, targetOf } from "./signals.ts";

const LOOK_MS = 50;

/** How long a command may take, in seconds. */
export interface Limit {
  readonly seconds: number;
  /** How long it may take to end after SIGTERM, before SIGKILL. */
  readonly killAfterSeconds: number;
}

/** A limit at work. */
export interface Timeout {
  hasStruck(): boolean;
  /** Call it when the command has ended: what is left of its group ends as well. */
  finish(): Promise<void>;
}

/** Ends a command after a while, with its process group where it leads one. */
export function startTimeout(running: Running, limit: Limit): Timeout {
  const target = targetOf(running);
  let killAt: number | undefined;
  let timer = setTimeout(() => {
    killAt = performance.now() + 1000 * limit.killAfterSeconds;
    send(target, "SIGTERM");
    // What is stopped hears of it when it goes on.
    send(target, "SIGCONT");
    timer = setTimeout(() => send(target, "SIGKILL"), 1000 * limit.killAfterSeconds);
  }, 1000 * limit.seconds);
  return {
    hasStruck: () => killAt !== undefined,
    async finish() {
      clearTimeout(timer);
      if (killAt === undefined || !running.isLeader) return;
      while (isThere(target) && performance.now() < killAt) await Bun.sleep(LOOK_MS);
      send(target, "SIGKILL");
    },
  };
}

function isThere(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch {
    return false;
  }
}
