/**
 * Talking to whoever started the daemon: systemd's notify protocol, and s6's readiness.
 *
 * systemd-notify(1) sends the messages: neither Bun nor Node has unix datagrams. So a unit
 * needs NotifyAccess=all.
 *
 * @module
 */
import { closeSync, writeSync } from "node:fs";
import { runAside } from "../host/aside.ts";
import { tell } from "../host/stdout.ts";

const TIMEOUT_MS = 5000;
/** More messages than these do not wait: the newest ones say it all. */
const LONGEST_QUEUE = 20;

export interface ServiceManager {
  /** Sends fields such as `READY=1`, one after the other, without waiting. */
  say(...fields: readonly string[]): void;
  /** How often `WATCHDOG=1` is expected, in milliseconds; undefined when it is not. */
  readonly watchdogMs: number | undefined;
  /** Ready for work: told once. */
  ready(): void;
  /** Waits until all is said. */
  end(): Promise<void>;
}

/** The service manager that the environment names, and the descriptor on which it waits for readiness. */
export function serviceManager(readyFd: number | undefined): ServiceManager {
  const isThere = process.env["NOTIFY_SOCKET"] !== undefined;
  let last = Promise.resolve();
  let queued = 0;
  let isReady = false;
  function say(...fields: readonly string[]): void {
    if (!isThere || queued >= LONGEST_QUEUE) return;
    queued += 1;
    last = last.then(() => send(fields)).finally(() => (queued -= 1));
  }
  return {
    say,
    watchdogMs: isThere ? watchdogMs() : undefined,
    ready() {
      if (isReady) return;
      isReady = true;
      say("READY=1");
      if (readyFd !== undefined) writeReady(readyFd);
    },
    end: () => last,
  };
}

async function send(fields: readonly string[]): Promise<void> {
  const { exitCode, error, tail } = await runAside(["systemd-notify", ...fields], {
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode !== 0) tell(`supervise: cannot tell the service manager: ${error ?? tail.trim()}\n`);
}

function watchdogMs(): number | undefined {
  const { WATCHDOG_USEC, WATCHDOG_PID } = process.env;
  if (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== process.pid) return undefined;
  const micros = Number(WATCHDOG_USEC);
  return micros > 0 ? micros / 1000 : undefined;
}

function writeReady(fd: number): void {
  try {
    writeSync(fd, "\n");
    closeSync(fd);
  } catch (error) {
    tell(`supervise: cannot say on descriptor ${fd} that it is ready: ${String(error)}\n`);
  }
}
