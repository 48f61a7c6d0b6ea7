/**
 * Runs a program in the background of a daemon: with a timeout, keeping the tail of its output.
 *
 * @module
 */
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { waitOrKill } from "./running-programs.ts";
import { type OutputCollector, createCollector } from "./output-collector.ts";
import { describeErrno } from "../errno.ts";
import { HELD_START, recordAndRun } from "./held-start.ts";
import { processExists, isDead, processFacts } from "../process.ts";
import { killGroup } from "../send-signal.ts";

/** The bytes of output to keep. */
const TAIL_BYTES = 10_240;

type Environment = Readonly<Record<string, string | undefined>>;

const SERVICE_MANAGER_VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

/** The service manager's variables, which are meant for the daemon and not for its children. */
export const SERVICE_MANAGER_ENV = {
  from: (env: Environment): Environment =>
    Object.fromEntries(SERVICE_MANAGER_VARIABLES.map((name) => [name, env[name]])),
  unset: Object.fromEntries(
    SERVICE_MANAGER_VARIABLES.map((name) => [name, undefined]),
  ) as Environment,
} as const;

export interface BackgroundResult {
  /** Null if a signal killed it, or it could not be started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It was killed because it took longer than `timeoutMs`. */
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The tail of its stdout and stderr, interleaved, unescaped. */
  readonly tail: string;
  /** Why it could not be started. */
  readonly error?: string;
}

export interface BackgroundOptions {
  readonly input?: string;
  /** Added to this process's environment. */
  readonly env?: Environment;
  readonly timeoutMs: number;
  /**
   * Receives its process before it runs; if this throws, it does not run. With this option it
   * gets no input, and only the environment that `sh` passes on.
   */
  readonly remember?: (program: ProcessIdentity) => void;
}

/**
 * Runs `argv` in `/`, in a process group of its own, which is killed at the timeout. Processes
 * that the program leaves behind keep running. Reports every failure in the result.
 */
export async function runInBackground(
  argv: readonly string[],
  options: BackgroundOptions,
): Promise<BackgroundResult> {
  const started = performance.now();
  const collector = createCollector(TAIL_BYTES);
  const child = start(argv, options, collector);
  collector.start();
  if (child instanceof Error) return startFailure(child, await collector.finish());
  const timedOut = await waitOrKill(
    options.timeoutMs,
    () => killIfRunning(child.pid),
    () => child.exited,
  );
  const durationMs = Math.round(performance.now() - started);
  const { exitCode, signalCode } = child;
  const end = { timedOut, durationMs, tail: await collector.finish() };
  return signalCode === null
    ? { exitCode, signal: null, ...end }
    : { exitCode: null, signal: String(signalCode), ...end };
}

/**
 * Kills a program's group and returns true, unless the program has already ended without this
 * process knowing, as after a suspension: the rest of its group then keeps running.
 */
function killIfRunning(pid: number): boolean {
  const facts = processFacts(pid);
  if (facts === undefined ? !processExists(pid) : isDead(facts)) return false;
  killGroup(pid);
  return true;
}

const startFailure = (error: Error, tail: string): BackgroundResult => ({
  exitCode: null,
  signal: null,
  timedOut: false,
  durationMs: 0,
  tail,
  error: describeErrno(error),
});

function start(argv: readonly string[], options: BackgroundOptions, { output }: OutputCollector) {
  const { input, remember } = options;
  const env = { ...process.env, ...SERVICE_MANAGER_ENV.unset, ...options.env };
  const how = { cwd: "/", env, stdout: output, stderr: output, detached: true };
  try {
    if (remember === undefined || !isProgram(argv, env["PATH"]))
      return Bun.spawn([...argv], {
        ...how,
        stdin: input === undefined ? "ignore" : Buffer.from(input),
      });
    const child = Bun.spawn([...HELD_START, ...argv], { ...how, stdin: "pipe" });
    recordAndRun(child, remember);
    return child;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A missing program is not held, so that its start fails with an error that names the reason. */
const isProgram = ([program = ""]: readonly string[], path = ""): boolean =>
  Bun.which(program, { cwd: "/", PATH: path }) !== null;
