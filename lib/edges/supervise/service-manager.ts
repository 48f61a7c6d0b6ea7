/**
 * Talking to whoever started the daemon: systemd's notify protocol, and s6's readiness.
 *
 * systemd-notify(1) sends the messages: neither Bun nor Node has unix datagrams. So a unit
 * needs NotifyAccess=all.
 *
 * @module
 */
import { closeSync, writeSync } from "node:fs";
import { printable } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { runAside, SERVICE_MANAGERS } from "../host/aside.ts";
import { describeErrno } from "../host/errno.ts";
import type { Standing } from "./standing.ts";
import type { Troubles } from "./trouble.ts";

const TIMEOUT_MS = 3000;
/** While so many messages wait, nobody takes them: what comes then is not said. */
const LONGEST_QUEUE = 20;
/** What is being done, for a trouble with it. */
const TELLING = "word to the service manager";

export interface ServiceManager {
  /** Sends fields such as `READY=1`, one message after the other, without waiting. */
  say(...fields: readonly string[]): void;
  /** Sends a status text, where it is another one. */
  status(text: string): void;
  /** Says, once, that it is ready for work. */
  ready(): void;
  /** Says again and again that it lives, as long as its rounds go on. */
  feedWatchdog(standing: Standing): void;
  /** Waits until all is said. */
  end(): Promise<void>;
}

/** The service manager that the environment names, and the descriptor on which it waits for readiness. */
export function serviceManager(readyFd: number | undefined, troubles: Troubles): ServiceManager {
  const isThere = process.env["NOTIFY_SOCKET"] !== undefined;
  let last = Promise.resolve();
  let queued = 0;
  let said = "";
  /** False where it is not said. */
  function say(...fields: readonly string[]): boolean {
    if (!isThere || queued >= LONGEST_QUEUE) return false;
    queued += 1;
    last = last.then(() => send(fields, troubles)).finally(() => (queued -= 1));
    return true;
  }
  return {
    say,
    status(text) {
      if (text !== said && say(`STATUS=${printable(text)}`)) said = text;
    },
    ready() {
      say("READY=1");
      if (readyFd !== undefined) troubles.past("word of readiness", () => writeReady(readyFd));
    },
    feedWatchdog(standing) {
      const limitMs = isThere ? watchdogMs() : undefined;
      if (limitMs === undefined) return;
      const feed = () => {
        const longest = 3000 * standing.settings.scan_interval_seconds + limitMs;
        if (performance.now() - standing.lastMs < longest) say("WATCHDOG=1");
      };
      setInterval(feed, limitMs / 3).unref();
    },
    end: () => last,
  };
}

async function send(fields: readonly string[], troubles: Troubles): Promise<void> {
  const { exitCode, error, tail } = await runAside(["systemd-notify", ...fields], {
    env: SERVICE_MANAGERS.of(process.env),
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode === 0) return troubles.over(TELLING);
  const why = error ?? (tail.trim() || `systemd-notify ended with ${exitCode}`);
  troubles.met(
    TELLING,
    new OperatorError(
      "unavailable",
      `Cannot tell the service manager: ${why}`,
      "install systemd, and let the unit have NotifyAccess=all",
    ),
  );
}

/** In milliseconds; undefined where no watchdog waits for this process. */
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
    throw new OperatorError(
      "io_error",
      `Cannot say on descriptor ${fd} that it is ready: ${describeErrno(error)}`,
      "let --ready-fd name the descriptor on which the supervisor waits",
    );
  }
}
