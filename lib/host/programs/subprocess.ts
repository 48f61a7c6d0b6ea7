/**
 * Runs a program and waits for its end.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import { type OutputCapture, captureBoth, captureStderr } from "./output-capture.ts";
import { type SignalForwarder, createSignalForwarder, waitForExit } from "./signal-forwarding.ts";
import { errnoOf, systemFailure } from "../errno.ts";
import { killGroup } from "../send-signal.ts";

export interface ProgramResult {
  readonly code: number;
  /** The signal that killed it. */
  readonly signal: string | null;
  /** The tails of its output. */
  readonly stdout: string;
  readonly stderr: string;
  /** The relevant lines of its stderr, for a message. */
  readonly errorSummary: string;
  /** It was killed because it took longer than `timeoutMs`. */
  readonly timedOut: boolean;
}

export interface ProgramOptions {
  /** Its name for errors, if `argv` starts it through another program. */
  readonly name?: string;
  readonly input?: string;
  /** An open directory that becomes the program's stdin; not together with `input`. */
  readonly stdinDirectory?: number;
  readonly env?: Record<string, string | undefined>;
  /** A program that takes longer is killed. */
  readonly timeoutMs?: number;
  /** False for a daemon, which handles its signals itself. Default: true. */
  readonly forwardsSignals?: boolean;
  /** It may leave processes running, which keep running. Its stdout is discarded. */
  readonly mayLeaveProcesses?: boolean;
  /**
   * Kills it when aborted, with its descendants: it then leads a process group of its own, which
   * has no terminal, gets the forwarded signals, and is killed once these interrupt the call.
   */
  readonly stop?: AbortSignal;
  /** Captures its output, in place of the default. */
  readonly capture?: OutputCapture;
}

/**
 * Runs `argv` and returns its result, whatever the exit code.
 *
 * @throws {OperatorError} if it cannot be started, or a forwarded signal interrupted this process.
 */
export async function runProgram(
  argv: readonly [string, ...string[]],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const { timeoutMs, forwardsSignals = true } = options;
  const standard = options.mayLeaveProcesses === true ? captureStderr : captureBoth;
  const capture = options.capture ?? standard();
  const started = performance.now();
  // Before the start: a signal in between would end this process and leave the program.
  const forwarder = forwardsSignals ? createSignalForwarder() : undefined;
  const child = start(argv, options, { capture, forwarder });
  await waitUnlessStopped(child, options.name ?? argv[0], options.stop, forwarder);
  const tookMs = performance.now() - started;
  const { stdout, stderr } = await capture.finish();
  return {
    code: await child.exited,
    signal: child.signalCode === null ? null : String(child.signalCode),
    stdout,
    stderr,
    errorSummary: summarizeError(stderr),
    timedOut: timeoutMs !== undefined && tookMs >= timeoutMs,
  };
}

async function waitUnlessStopped(
  child: Bun.Subprocess,
  name: string,
  stop: AbortSignal | undefined,
  forwarder: SignalForwarder | undefined,
): Promise<void> {
  const kill = (signal?: NodeJS.Signals) => killGroup(child.pid, signal);
  const onAbort = () => kill();
  if (stop?.aborted === true) kill();
  stop?.addEventListener("abort", onAbort);
  if (forwarder !== undefined)
    forwarder.forward = stop === undefined ? (signal) => child.kill(signal) : kill;
  try {
    await (forwarder === undefined ? child.exited : waitForExit(child, name, forwarder));
  } catch (error) {
    if (stop !== undefined) kill();
    throw error;
  } finally {
    stop?.removeEventListener("abort", onAbort);
  }
}

/** The first line of stderr with `fatal:` or `error:`, else its last three lines. */
function summarizeError(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines.slice(-3).join("; ");
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is not installed",
  EACCES: "it may not be run",
};

interface Attached {
  readonly capture: OutputCapture;
  readonly forwarder: SignalForwarder | undefined;
}

function start(
  argv: readonly [string, ...string[]],
  { input, stdinDirectory, env = process.env, timeoutMs, stop }: ProgramOptions,
  { capture, forwarder }: Attached,
) {
  try {
    const child = Bun.spawn([...argv], {
      stdin: input === undefined ? (stdinDirectory ?? "ignore") : Buffer.from(input),
      stdout: capture.stdout,
      stderr: capture.stderr,
      env,
      detached: stop !== undefined,
      killSignal: "SIGKILL",
      ...defined({ timeout: timeoutMs }),
    });
    capture.start(child);
    return child;
  } catch (error) {
    forwarder?.close();
    capture.start(undefined);
    void capture.finish();
    throw startError(argv[0], error);
  }
}

function startError(program: string, error: unknown): unknown {
  // Not errnoOf: Bun's error for a name that is not in PATH has no system call.
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code === undefined) return error;
  const doing = `Cannot run ${program}`;
  // It is installed, and this process may not start another one.
  if (REASONS[code] === undefined && errnoOf(error) !== undefined)
    return systemFailure(error, doing, "unavailable");
  return new OperatorError(
    "unavailable",
    `${doing}: ${REASONS[code] ?? code}`,
    `install ${program}, or correct its path`,
    { cause: error },
  );
}
