/**
 * Rounds, one after the other, and the signals between them.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { tell } from "../host/stdout.ts";
import type { Beat } from "./own-beat.ts";
import type { Rounds } from "./round.ts";
import { type ServiceManager, serviceManager } from "./service-manager.ts";
import type { Troubles } from "./trouble.ts";

/** A report, and when it was made, in milliseconds of a clock that nobody sets. */
export interface Latest {
  readonly report: Report;
  readonly atMs: number;
}

export interface Companions {
  /** The descriptor on which s6 waits for readiness. */
  readonly readyFd: number | undefined;
  /** Serves the reports over HTTP; gives what stops that. */
  readonly serve: ((latest: () => Latest | undefined) => Promise<() => Promise<void>>) | undefined;
}

export interface Loop extends Companions {
  readonly settings: Settings;
  readonly load: () => Settings;
  readonly rounds: Rounds;
  readonly beat: Beat;
  readonly troubles: Troubles;
}

/**
 * Makes a round every interval, until SIGTERM or SIGINT; SIGHUP reads the settings anew. Gives
 * what waits for the end of the endpoint and of the service manager's messages.
 */
export async function runUntilStopped(loop: Loop): Promise<() => Promise<unknown>> {
  const manager = serviceManager(loop.readyFd);
  let { settings } = loop;
  let latest: Latest | undefined;
  let lastMs = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let said = "";

  function round(): void {
    const started = performance.now();
    const result = loop.rounds.make(settings, new Date());
    void loop.beat(result, settings);
    lastMs = performance.now();
    if (result instanceof OperatorError) loop.troubles.met("the round", result);
    else {
      loop.troubles.past("the round", () => {});
      latest = { report: result, atMs: lastMs };
    }
    const status = statusOf(result);
    if (status !== said) manager.say(`STATUS=${(said = status)}`);
    const next = started + 1000 * settings.scan_interval_seconds - performance.now();
    timer = setTimeout(round, Math.max(0, next));
  }

  function reload(): void {
    manager.say("RELOADING=1");
    const read = loop.troubles.past("the configuration", loop.load);
    if (read !== undefined) settings = keepPlaces(read, settings);
    tell(
      `supervise: ${read === undefined ? "keeps the settings it had" : "read its settings anew"}\n`,
    );
    manager.say("READY=1");
  }

  const stopped = stopSignal();
  process.on("SIGHUP", reload);
  round();
  const stopServing = await loop.serve?.(() => latest);
  manager.ready();
  const watchdog = feedWatchdog(
    manager,
    () => lastMs,
    () => settings,
  );
  await stopped;
  manager.say("STOPPING=1");
  clearTimeout(timer);
  clearInterval(watchdog);
  process.off("SIGHUP", reload);
  return () => Promise.all([stopServing?.(), manager.end()]);
}

/** Where the cells and the state are cannot change under a daemon. */
function keepPlaces(read: Settings, { root, state_dir }: Settings): Settings {
  if (read.root !== root || read.state_dir !== state_dir)
    tell("supervise: another root or state_dir counts from the next start on\n");
  return { ...read, root, state_dir };
}

/** Says that it lives, as long as its rounds go on. */
function feedWatchdog(
  manager: ServiceManager,
  lastMs: () => number,
  settings: () => Settings,
): ReturnType<typeof setInterval> | undefined {
  const { watchdogMs } = manager;
  if (watchdogMs === undefined) return undefined;
  return setInterval(() => {
    const longest = 3000 * settings().scan_interval_seconds + watchdogMs;
    if (performance.now() - lastMs() < longest) manager.say("WATCHDOG=1");
  }, watchdogMs / 3);
}

function statusOf(result: Report | OperatorError): string {
  if (result instanceof OperatorError) return result.message;
  const { total, healthy, stale, incomplete, uninitialized } = result.summary;
  const suspect = result.observer_suspect ? "; the observer is suspect" : "";
  return `${total} cells: ${healthy} healthy, ${stale} stale, ${incomplete} incomplete, ${uninitialized} uninitialized${suspect}`;
}

function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  return promise;
}
