/**
 * A root of simulated agents in memory, watched by the real rounds of the daemon.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { DEFAULTS } from "../../lib/contract/setting-rows.ts";
import { Settings } from "../../lib/contract/settings.ts";
import type { Event } from "../../lib/contract/event.ts";
import type { ProcessIdentity } from "../../lib/contract/process-identity.ts";
import type { Report } from "../../lib/contract/report.ts";
import type {
  BackgroundOptions,
  BackgroundResult,
} from "../../lib/host/programs/background-process.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import { openStore, type Store } from "../../lib/supervise/store/store.ts";
import { type RoundRunner, startRoundRunner } from "../../lib/supervise/daemon/round.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { MEMORY } from "../tools/program.ts";
import type { AgentSpec, History } from "./history.ts";
import { SimulatedAgent, World } from "./world.ts";

const COMMAND_MS = 2000;
/** A daemon starts this long after a boot. */
export const DAEMON_START_MS = 10_000;

/** A command of the policy that runs. */
interface RunningCommand {
  readonly agent: SimulatedAgent;
  readonly process: ProcessIdentity;
  readonly endsMs: number;
  readonly end: (result: BackgroundResult) => void;
}

export class WatchedRoot implements Disposable {
  readonly world = new World();
  readonly base = mkdtempSync(join(MEMORY, "history-"));
  readonly root = join(this.base, "missions");
  readonly started: { name: string; atMs: number }[] = [];
  /** Agents that got an attempt while a process of theirs ran: the list must stay empty. */
  readonly beside: string[] = [];
  readonly told: Event[] = [];
  readonly journal: string[] = [];
  report: Report | undefined;
  reportMs = -1;
  nextRoundMs = 0;
  settings: Settings;
  private rounds: RoundRunner | undefined;
  private daemonProcess: ProcessIdentity | undefined;
  private commands: RunningCommand[] = [];

  constructor(private readonly history: History) {
    mkdirSync(this.root);
    this.settings = v.parse(Settings, {
      ...DEFAULTS,
      root: this.root,
      state_dir: join(this.base, "state"),
      heartbeat_dir: join(this.base, "heartbeats"),
      notify: { command: ["/bin/true"] },
      revive:
        history.policy === null ? [] : [{ jitter: 0, ...history.policy, command: ["/bin/true"] }],
      ...history.settings,
    });
    addAgents(this.world, this.root, history.agents);
  }

  agent(name: string): SimulatedAgent {
    return agentOf(this.world, name);
  }

  get store(): Store {
    return openStore(storePathsOf(this.settings), this.world.now(), () => {});
  }

  onStderr = (text: string): void => void this.journal.push(text);

  daemon = (): ProcessIdentity => this.daemonProcess ?? this.world.spawn();

  startDaemon(): void {
    const { world, store } = this;
    this.daemonProcess = world.spawn();
    this.rounds = startRoundRunner({
      store,
      rootLock: { check: () => {} },
      notifier: {
        restore: () => {},
        add: (events) => void this.told.push(...events),
        unsaved: () => [],
        deliver: () => {},
        reportOrphans: () => {},
        counts: () => ({}),
        drain: () => Promise.resolve(),
      },
      errors: startErrorReporter("supervise"),
      output: join(store.storeDir, "report.json"),
      clock: world.clock(),
      fleetFacts: undefined,
    });
    this.nextRoundMs = world.monoMs;
  }

  stopDaemon(): void {
    this.rounds = undefined;
    this.nextRoundMs = Number.POSITIVE_INFINITY;
  }

  private round(): void {
    const result = this.rounds?.run(this.settings);
    this.report = result instanceof Error ? undefined : result;
    this.reportMs = this.world.monoMs;
    this.nextRoundMs += 1000 * this.settings.scan_interval_seconds;
  }

  /** Runs a policy's command: called in the place of the real one. */
  run = (
    _: readonly string[],
    { env = {}, remember }: BackgroundOptions,
  ): Promise<BackgroundResult> => {
    const { world } = this;
    const process = world.spawn();
    try {
      remember?.(process);
    } catch (error) {
      world.processes.delete(process.pid);
      return Promise.resolve({ ...ENDED, exitCode: null, error: String(error) });
    }
    const [name, agent] = [...world.agents].find(([, { id }]) => id === env["MISSION_ID"]) ?? [];
    if (name === undefined || agent === undefined) throw new Error("no such agent");
    this.started.push({ name, atMs: world.trueMs() });
    const doesVouch = agent.spec.vouches !== "no";
    const mayStop = this.settings.revive[0]?.stops_running === true;
    if (!mayStop && world.isRunning(agent) && (doesVouch || !agent.isHung)) this.beside.push(name);
    return new Promise((end) => {
      this.commands.push({ agent, process, endsMs: world.monoMs + COMMAND_MS, end });
    });
  };

  private endCommand(command: RunningCommand): void {
    const { world, history } = this;
    this.commands = this.commands.filter((each) => each !== command);
    world.processes.delete(command.process.pid);
    if ((history.command ?? "restarts") === "restarts") {
      world.end(command.agent);
      world.start(command.agent);
    }
    command.end({ ...ENDED, exitCode: history.command === "fails" ? 1 : 0 });
  }

  /** Lets everything happen up to a time of the monotonic clock. */
  async advance(untilMs: number): Promise<void> {
    const { world } = this;
    for (;;) {
      const beats = [...world.agents.values()].toSorted((a, b) => a.nextBeatMs - b.nextBeatMs);
      const [agent, [command]] = [beats[0], this.commands] as const;
      // At one moment commands end first, then agents beat, then the daemon looks.
      const next = Math.min(
        command?.endsMs ?? Infinity,
        agent?.nextBeatMs ?? Infinity,
        this.nextRoundMs,
      );
      if (next > untilMs) break;
      world.monoMs = Math.max(world.monoMs, next);
      if (command?.endsMs === next) this.endCommand(command);
      else if (agent?.nextBeatMs === next) world.beat(agent);
      else this.round();
      if (this.commands.length > 0 || command !== undefined) await settled();
    }
    world.monoMs = Math.max(world.monoMs, untilMs);
  }

  [Symbol.dispose](): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

const ENDED = { signal: null, timedOut: false, durationMs: COMMAND_MS, tail: "" } as const;

/** Makes the cells of a history, and starts its agents. */
export function addAgents(world: World, root: string, agents: History["agents"]): void {
  for (const [at, [name, spec]] of Object.entries(agents).entries()) {
    const agent = new SimulatedAgent(idOf(at + 1), spec, cellFor(world, root, at, [name, spec]));
    world.agents.set(name, agent);
    if (spec.isUnborn === true) continue;
    world.start(agent);
    // Agents do not beat all at the same moment.
    agent.nextBeatMs -= (1000 * (spec.every ?? 60) * (at % 7)) / 7;
  }
}

function cellFor(
  world: World,
  root: string,
  at: number,
  [name, { isUnborn = false, config = {} }]: readonly [string, AgentSpec],
): string {
  const now = world.now().toISOString();
  return writeCell(root, idOf(at + 1), {
    status: isUnborn ? "initialized" : "active",
    title: name,
    mission: { created_at: now },
    config,
    ...(isUnborn ? { state: "initialized" } : {}),
    heartbeat: { timestamp: now, ...(isUnborn ? { seq: 0 } : {}) },
  });
}

/** The agent of that name in a history. */
export function agentOf({ agents }: World, name: string): SimulatedAgent {
  const agent = agents.get(name);
  if (agent === undefined) throw new Error(`There is no agent "${name}"`);
  return agent;
}

/** Lets resolved promises continue. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
