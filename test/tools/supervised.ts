/**
 * A root with a real supervise on it, for tests: each has a place of its own, so that tests
 * can run beside each other.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "bun:test";
import * as v from "valibot";
import { Claim } from "../../lib/supervise/revive/rules/attempt.ts";
import type { Event, Message } from "../../lib/contract/event.ts";
import type { Report } from "../../lib/contract/report.ts";
import { PATIENCE_MS, until } from "./background.ts";
import { command, type Ended, type Form, run } from "./program.ts";

export { until };

/** Short enough for a test: a cell that beat 2 s ago is dead. */
const QUICK = {
  scan_interval_seconds: 1,
  min_stale_after_seconds: 1,
  stale_after_seconds: 2,
  fire_after: 1,
  clear_after: 1,
};

/** A supervise at work. */
export interface Daemon {
  readonly pid: number;
  /** What it has said on stderr so far. */
  said(): string;
  signal(name: NodeJS.Signals): void;
  /** Sends SIGTERM and waits for the end; one that hangs is killed, which its code shows. */
  stop(): Promise<Ended>;
  readonly exited: Promise<number>;
}

export interface Place {
  readonly here: string;
  readonly root: string;
  readonly config: string;
  /** Where supervise remembers this root. */
  readonly folder: string;
  /** The line that it prints when it creates that folder. */
  readonly MADE: string;
  /** What a daemon said after the line with which it starts, and after `MADE`. */
  afterStart(stderr: string): string;
  configure(settings: object): void;
  start(form: Form, ...flags: string[]): Daemon;
  /** Starts it through a command line that runs its own arguments. */
  startBy(prefix: readonly string[], form: Form): Daemon;
  /** Starts another tree's script. */
  startScript(script: string, ...flags: string[]): Daemon;
  /** Starts the executable with more in its environment. */
  startIn(env: Readonly<Record<string, string>>): Daemon;
  /** Runs supervise to its end. */
  call(form: Form, ...args: string[]): Promise<Ended>;
  report(): Report;
  events(): Event[];
  /** The messages that the hook of `TELL` got. */
  told(): Message[];
  /** The lines that the command of `DO` wrote. */
  done(): string[];
  /** The hook and the command that keep what they were given in this place. */
  readonly TELL: { readonly command: readonly string[] };
  readonly DO: readonly string[];
}

const running = new Set<Daemon>();
const places: string[] = [];

/** Stops what tests left running, and removes their places, at the file's end. Call it at the file's top. */
export const stopDaemons = (): void =>
  afterAll(async () => {
    await Promise.all([...running].map((each) => each.stop()));
    for (const here of places.splice(0)) rmSync(here, { recursive: true, force: true });
  }, 2 * PATIENCE_MS);

/** An empty root, with a configuration for it. */
export function placeOf(settings: object = {}, parent = tmpdir()): Place {
  const here = mkdtempSync(join(parent, "lazarus-pit-test-"));
  places.push(here);
  const [root, config, told, done] = ["missions", "c.json", "told", "done"].map((name) =>
    join(here, name),
  ) as [string, string, string, string];
  mkdirSync(root);
  const state_dir = join(here, "state");
  const folder = join(state_dir, "roots", encodeURIComponent(root));
  const dirs = { root, state_dir, heartbeat_dir: join(here, "beats") };
  const configure = (more: object) =>
    writeFileSync(config, JSON.stringify({ ...dirs, ...QUICK, ...more }));
  configure(settings);
  const place: Place = {
    here,
    root,
    config,
    folder,
    MADE: `supervise: created a new store at "${folder}", without orders and attempts\n`,
    afterStart(stderr) {
      const [, rest] =
        /^(?:.*created a new store.*\n)?supervise: version .*\n([^]*)$/.exec(stderr) ?? [];
      if (rest === undefined) throw new Error(`No daemon starts with: ${stderr}`);
      return rest;
    },
    configure,
    start: (form, ...flags) => start([...command(form, "supervise"), "--config", config, ...flags]),
    startIn: (env) => start([...command("executable", "supervise"), "--config", config], env),
    startBy: (prefix, form) =>
      start([...prefix, ...command(form, "supervise"), "--config", config]),
    startScript: (script, ...flags) => start([script, "--config", config, ...flags]),
    call: (form, ...args) => run([...command(form, "supervise"), ...args, "--config", config]),
    report: () => JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report,
    events: () => linesOf(join(folder, "events.ndjson")).map((line) => JSON.parse(line) as Event),
    told: () => linesOf(told).map((line) => JSON.parse(line) as Message),
    done: () => linesOf(done),
    TELL: { command: ["sh", "-c", `cat >>${told}`] },
    DO: ["sh", "-c", `echo "$MISSION_ID $MISSION_ATTEMPT" >>${done}`],
  };
  return place;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Daemon {
  const child = Bun.spawn([...argv], {
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let said = "";
  const read = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) said += decoder.decode(chunk, { stream: true });
  })();
  const stdout = child.stdout.text();
  const daemon: Daemon = {
    pid: child.pid,
    said: () => said,
    signal: (name) => child.kill(name),
    exited: child.exited,
    async stop() {
      running.delete(daemon);
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      const code = await child.exited;
      clearTimeout(timer);
      await read;
      return { code, stdout: await stdout, stderr: said };
    },
  };
  running.add(daemon);
  return daemon;
}

/** A cell that fell silent a minute ago, on this host. */
export const DEAD = { age: 60, heartbeat: { host: hostname() } };

/**
 * Waits until the daemon has made `count` whole rounds more, by the heartbeat that it writes at
 * the end of each. The first two that come may be of rounds that had begun before.
 */
export async function rounds({ here }: Place, count = 2): Promise<void> {
  const beat = () => readFileSync(join(here, "beats", "lazarus_pit.last"), "utf8");
  for (let seen = 0, last = ""; seen <= count + 2; seen++) {
    await until(() => beat() !== last);
    last = beat();
  }
}

/** The names in a directory; none where it is absent. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** What was claimed for a mission, oldest first. */
export function claimsOf({ folder }: Place, id: string): Claim[] {
  const attempts = join(folder, "attempts", id);
  return namesIn(attempts)
    .filter((name) => name.endsWith(".claim.json"))
    .map((name) => v.parse(Claim, JSON.parse(readFileSync(join(attempts, name), "utf8"))))
    .toSorted((a, b) => a.uptime_seconds - b.uptime_seconds);
}
