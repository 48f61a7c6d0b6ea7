/**
 * Forwards signals to a command, each as often as it would have got it without the wrapper.
 *
 * @module
 */
import { sendSignal } from "../host/send-signal.ts";
import type { RunningCommand } from "./command.ts";
import { openGroupProbe, type SignalReach } from "./group-probe.ts";
import { FORWARDED_SIGNALS } from "./rules/signal-table.ts";
import { forwardUncatchable } from "./uncatchable-signals.ts";
import { hasTerminal, isInForeground, isInOurGroup, isStoppedByShell } from "./terminal.ts";

type ForwardedSignal = keyof typeof FORWARDED_SIGNALS;
const [SIGSTOP, SIGTSTP] = [19, 20];

/** Catching those signals takes 13 ms of CPU, which a command that ends at once does not need. */
const UNCATCHABLE_AFTER_MS = 10;

/** A service manager signals the processes of a service one after the other. */
const [SETTLING_MS, STEP_MS] = [100, 5];

/** SIGHUP, SIGINT, SIGQUIT and SIGTERM. */
const TERMINATING: readonly number[] = [1, 2, 3, 15];

/** Signals that a terminal sends to every process of its foreground group, by number. */
const FROM_TERMINAL: readonly number[] = [2, 3, 20, 28];

/** Forwards signals that this process receives. */
export interface SignalForwarding {
  /**
   * The signals that arrived. One that was sent to this process and to the command at the same moment may
   * arrive after the command's end: waits for `awaited` for a moment.
   */
  receivedWith(awaited: string | undefined): Promise<ReadonlySet<string>>;
  /** Call it right before the command starts. */
  commandStarts(): void;
  /** Sets the command, in the same turn of the event loop as `commandStarts`. */
  start(running: RunningCommand): void;
  /** Stops forwarding when the command has ended: its pid may be reused. */
  stop(): void;
  /** Resolves at the first terminating signal after `stop`. */
  readonly interrupted: Promise<void>;
  /** Removes the signal handlers. */
  close(): void;
}

/**
 * Handles signals to this process, except those that the caller ignored. If the command is stopped
 * under a shell's job control, this process stops as well, because it is the shell's child.
 */
export function forwardSignals(ignored: readonly number[]): SignalForwarding {
  const received = new Set<string>();
  const interrupted = Promise.withResolvers<void>();
  let running: RunningCommand | undefined;
  const probe = openGroupProbe();
  let hasEnded = false;
  const onLate = (signal: number) => {
    if (TERMINATING.includes(signal)) interrupted.resolve();
  };
  const deliver = (signal: number, reach: SignalReach) => {
    if (running !== undefined) forwardTo(running, signal, reach);
    // The command has ended meanwhile.
    else if (reach === "alone") onLate(signal);
  };
  const forward = (signal: number) => {
    if (hasEnded) onLate(signal);
    else void probe.reachOf(signal).then((reach) => deliver(signal, reach));
  };
  const handlers = installHandlers(
    ignored,
    (name) => {
      received.add(name);
      forward(FORWARDED_SIGNALS[name]);
    },
    () => {
      if (running !== undefined && isStoppedByShell(running)) sendSignal(process.pid, SIGSTOP);
    },
  );
  return {
    async receivedWith(awaited) {
      const isMissing = () => awaited !== undefined && !received.has(awaited);
      for (let ms = 0; isMissing() && ms < SETTLING_MS; ms += STEP_MS) await Bun.sleep(STEP_MS);
      return received;
    },
    commandStarts: () => probe.commandStarts(),
    start(started) {
      running = started;
      setTimeout(() => {
        if (!hasEnded) void forwardUncatchable(ignored, forward);
      }, UNCATCHABLE_AFTER_MS).unref();
    },
    stop() {
      probe.close();
      [running, hasEnded] = [undefined, true];
    },
    interrupted: interrupted.promise,
    close() {
      probe.close();
      handlers.remove();
    },
  };
}

function installHandlers(
  ignored: readonly number[],
  onSignal: (signal: ForwardedSignal) => void,
  onChildChange: () => void,
) {
  const names = Object.keys(FORWARDED_SIGNALS) as ForwardedSignal[];
  // Without our own handler, Bun would reset an ignored signal when the last other handler is removed.
  const handlers = names.map(
    (name) => [name, ignored.includes(FORWARDED_SIGNALS[name]) ? () => {} : onSignal] as const,
  );
  for (const [name, handler] of handlers) process.on(name, handler as NodeJS.SignalsListener);
  process.on("SIGCHLD", onChildChange);
  return {
    remove() {
      for (const [name, handler] of handlers) process.off(name, handler);
      process.off("SIGCHLD", onChildChange);
    },
  };
}

/** Forwards a signal that arrived here, unless the command has received it as well. */
function forwardTo(running: RunningCommand, signal: number, reach: SignalReach): void {
  if (reach === "group" && running.isLeader) signalGroup(running, signal);
  else if (reach === "alone" || (reach === "unknown" && !isFromTerminal(running, signal)))
    sendSignal(running.pid, signal);
}

/** The kernel discards a SIGTSTP to a group that has no terminal. */
function signalGroup(running: RunningCommand, signal: number): void {
  sendSignal(-running.pid, signal === SIGTSTP && hasTerminal() ? SIGSTOP : signal);
}

/** Where the signals of a time limit go: to the command's process group if it leads one. */
export const signalTarget = ({ pid, isLeader }: RunningCommand): number => (isLeader ? -pid : pid);

/**
 * Without a probe: a signal that terminals send is taken for the terminal's while we are in the
 * foreground, because a second Ctrl-C makes many programs quit at once.
 */
const isFromTerminal = (running: RunningCommand, signal: number): boolean =>
  FROM_TERMINAL.includes(signal) && isInForeground() && isInOurGroup(running);
