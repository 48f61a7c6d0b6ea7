/**
 * Reports the daemon's state to the service manager: systemd's notify protocol, and s6's readiness.
 *
 * systemd-notify(1) sends the messages, because neither Bun nor Node supports unix datagram
 * sockets. So a unit needs NotifyAccess=all.
 *
 * @module
 */
import { closeSync, writeSync } from "node:fs";
import type { Clock } from "../../base/clock.ts";
import { printable } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { runInBackground, SERVICE_MANAGER_ENV } from "../../host/programs/background-process.ts";
import { describeErrno } from "../../host/errno.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";

const TIMEOUT_MS = 3000;
/** Messages queued while systemd-notify hangs; beyond that, new ones are dropped. */
const MAX_QUEUED_MESSAGES = 20;
/** The task of these errors. */
const NOTIFYING = "the connection to the service manager";

export interface ServiceManager {
  /** Queues one message with fields such as `READY=1`. */
  notify(...fields: readonly string[]): void;
  /** Queues a status text, unless it is the same as before. */
  status(text: string): void;
  /** Signals, once, that the daemon is ready. */
  signalReady(): void;
  /** Feeds systemd's watchdog for as long as rounds end in time. */
  startWatchdog(state: DaemonState): void;
  /** Waits until all queued messages were sent. */
  drain(): Promise<void>;
}

/** Connects to $NOTIFY_SOCKET, if set; `readyFd` is the descriptor on which s6 waits for readiness. */
export function connectServiceManager(
  readyFd: number | undefined,
  errors: ErrorReporter,
  clock: Clock,
): ServiceManager {
  const hasSocket = process.env["NOTIFY_SOCKET"] !== undefined;
  let last = Promise.resolve();
  let queued = 0;
  let lastStatus = "";

  /** Returns false when the message is dropped. */
  function notify(...fields: readonly string[]): boolean {
    if (!hasSocket || queued >= MAX_QUEUED_MESSAGES) return false;
    queued += 1;
    last = last.then(() => send(fields, errors)).finally(() => (queued -= 1));
    return true;
  }

  return {
    notify,
    status(text) {
      if (text !== lastStatus && notify(`STATUS=${printable(text)}`)) lastStatus = text;
    },
    signalReady() {
      notify("READY=1");
      if (readyFd !== undefined) errors.guard("the readiness signal", () => writeReady(readyFd));
    },
    startWatchdog(state) {
      const watchdogMs = hasSocket ? watchdogTimeoutMs() : undefined;
      if (watchdogMs === undefined) return;
      const feed = () => {
        const maxSeconds = 3 * state.pace.seconds + watchdogMs / 1000;
        if (clock.monotonic() - state.lastRoundAt < maxSeconds) notify("WATCHDOG=1");
      };
      setInterval(feed, watchdogMs / 3).unref();
    },
    drain: () => last,
  };
}

async function send(fields: readonly string[], errors: ErrorReporter): Promise<void> {
  const { exitCode, error, tail } = await runInBackground(["systemd-notify", ...fields], {
    env: SERVICE_MANAGER_ENV.from(process.env),
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode === 0) return errors.clear(NOTIFYING);
  const why = error ?? (tail.trim() || `systemd-notify ended with ${exitCode}`);
  errors.report(
    NOTIFYING,
    new OperatorError(
      "unavailable",
      `Cannot notify the service manager: ${why}`,
      "install systemd, and set NotifyAccess=all in the unit",
    ),
  );
}

/** Undefined when no watchdog waits for this process. */
function watchdogTimeoutMs(): number | undefined {
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
    throw new OperatorError(
      "io_error",
      `Cannot signal readiness on descriptor ${fd}: ${describeErrno(error)}`,
      "set --ready-fd to the descriptor on which the supervisor waits",
    );
  }
}
