/**
 * Runs rounds at an interval, and handles signals between them.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { OperatorError } from "../../base/errors.ts";
import { statusCounts } from "../../verdict/display-status.ts";
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { waitForStopSignal } from "../../host/programs/shutdown.ts";
import { createRoundCollector } from "../../host/garbage.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { SelfHeartbeat } from "./self-heartbeat.ts";
import type { RoundRunner } from "./round.ts";
import type { ServiceManager } from "./service-manager.ts";
import { type DaemonState, settingsAtPace } from "./daemon-state.ts";
import { nextPace, paceOf, paceChangeText } from "./pace.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";

export interface LoopContext {
  readonly clock: Clock;
  readonly state: DaemonState;
  readonly load: () => Settings;
  readonly rounds: RoundRunner;
  readonly heartbeat: SelfHeartbeat;
  readonly notifier: Pick<Notifier, "reportOrphans">;
  readonly errors: ErrorReporter;
  readonly manager: ServiceManager;
  /** Called after each round. */
  readonly onRound: () => void;
}

/**
 * Runs a round at once, calls `onFirst`, and runs a round every interval until SIGTERM or SIGINT;
 * SIGHUP reloads the settings.
 *
 * @throws the first bug of a round, or of work that a round started.
 */
export async function runUntilStopped(
  context: LoopContext,
  onFirst: () => Promise<void>,
): Promise<void> {
  const { clock, errors, state } = context;
  const stopped = waitForStopSignal();
  const collectGarbage = createRoundCollector();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tick(): void {
    const started = clock.monotonic();
    runRound(context);
    // Before the endpoint gets the round, which tells it when to expect the next one.
    setPace(state, clock.monotonic() - started);
    context.onRound();
    collectGarbage();
    const seconds = started + state.pace.seconds - clock.monotonic();
    timer = setTimeout(() => guard(tick), Math.max(0, 1000 * seconds));
  }

  /** Bugs in timers and signal handlers must reject `errors.bugs`, or rounds would stop silently. */
  function guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      errors.report("the daemon", error);
    }
  }

  const onHangUp = () => guard(() => reload(context));
  process.on("SIGHUP", onHangUp);
  try {
    tick();
    // A stop signal also ends a start that hangs, such as an endpoint's on an unresponsive disk.
    await Promise.race([onFirst(), stopped, errors.bugs]);
    await Promise.race([stopped, errors.bugs]);
  } finally {
    clearTimeout(timer);
    process.off("SIGHUP", onHangUp);
  }
}

function runRound({ clock, state, rounds, heartbeat, errors, manager }: LoopContext): void {
  const settings = settingsAtPace(state);
  const result = rounds.run(settings);
  void heartbeat(result, settings);
  state.lastRoundAt = clock.monotonic();
  state.report = result instanceof OperatorError ? undefined : result;
  manager.status(statusText(result));
  if (result instanceof OperatorError) return errors.report("the round", result);
  errors.clear("the round");
}

/** Starts fewer rounds while they take longer than the interval. */
function setPace(state: DaemonState, took: number): void {
  const { scan_interval_seconds: interval } = state.settings;
  const pace = nextPace(state.pace, took, interval);
  const text = paceChangeText(state.pace, pace, interval);
  if (text !== undefined) queueStderr(`supervise: ${text}\n`);
  state.pace = pace;
}

function reload({ state, load, errors, manager, notifier }: LoopContext): void {
  manager.notify("RELOADING=1");
  const settings = errors.guard("the configuration", load);
  if (settings !== undefined) {
    state.settings = withFixedPaths(settings, state.settings);
    state.pace = paceOf(settings.scan_interval_seconds);
    notifier.reportOrphans(settings.notify);
  }
  queueStderr(
    `supervise: ${settings === undefined ? "keeping the old settings" : "reloaded the settings"}\n`,
  );
  manager.notify("READY=1");
}

/** The root and the state directory stay the same while a daemon runs: it holds locks on both. */
function withFixedPaths(settings: Settings, { root, state_dir }: Settings): Settings {
  if (settings.root !== root || settings.state_dir !== state_dir)
    queueStderr("supervise: a new root or state_dir takes effect at the next start\n");
  return { ...settings, root, state_dir };
}

function statusText(result: Report | OperatorError): string {
  if (result instanceof OperatorError) return result.message;
  const { suspicion, summary } = result;
  const suspect = suspicion === undefined ? "" : `; ${suspicion.cause}: ${suspicion.text}`;
  return `${summary.total} cells: ${statusCounts(summary)}${suspect}`;
}
