/**
 * A simulated host: clocks, processes, a disk, and agents that beat in real cells.
 *
 * @module
 */
import { existsSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../lib/base/defined.ts";
import type { Clock } from "../../lib/base/clock.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import type { ProcessIdentity } from "../../lib/contract/process-identity.ts";
import { namespaceOf, type ProcessFacts } from "../../lib/host/process.ts";
import type { FileSystemFacts } from "../../lib/verdict/suspicion.ts";
import type { AgentSpec } from "./history.ts";

/** Pids from here on are simulated; the kernel's own are far below. */
export const FIRST_PID = 3_000_000;
export const HOST = "here";
const PID_NAMESPACE = "pid:[1]";
const EPOCH_MS = Date.parse("2026-03-04T05:00:00.000Z");
/** The host has been up for a day. */
const UP_BEFORE_MS = 86_400_000;

interface SimulatedProcess {
  readonly start: number;
  isHidden: boolean;
}

export class SimulatedAgent {
  identity: ProcessIdentity | undefined;
  isHung = false;
  words: Partial<Heartbeat>;
  stateSince = "";
  seq = 0;
  nextBeatMs = Number.POSITIVE_INFINITY;
  runs = 0;

  constructor(
    readonly id: string,
    readonly spec: AgentSpec,
    readonly cell: string,
  ) {
    this.words = spec.says ?? {};
  }
}

export class World {
  /** Monotonic time; it stands still while the host sleeps. */
  monoMs = 0;
  sleptMs = 0;
  wallOffsetMs = 0;
  bootMs = -UP_BEFORE_MS;
  boot = 1;
  fileSystem: FileSystemFacts = { freeBytes: 1e12, freeInodes: 1e6, isReadOnly: false };
  /** What agents call their host. */
  readonly host: string = HOST;
  readonly processes = new Map<number, SimulatedProcess>();
  readonly agents = new Map<string, SimulatedAgent>();
  private lastPid = FIRST_PID;

  trueMs = (): number => this.monoMs + this.sleptMs;
  now = (): Date => new Date(EPOCH_MS + this.trueMs() + this.wallOffsetMs);
  uptime = (): number => (this.trueMs() - this.bootMs) / 1000;
  bootId = (): string => `00000000-0000-4000-8000-${String(this.boot).padStart(12, "0")}`;

  clock(): Clock {
    return {
      now: this.now,
      monotonic: () => this.monoMs / 1000,
      uptime: this.uptime,
      bootId: this.bootId(),
    };
  }

  /** Starts a process. */
  spawn(): ProcessIdentity {
    const pid = ++this.lastPid;
    const start = Math.round(this.uptime() * 100);
    this.processes.set(pid, { start, isHidden: false });
    const namespace = defined({ pid_namespace: namespaceOf("pid") });
    return { boot_id: this.bootId(), pid, start_ticks: start, ...namespace };
  }

  /** What `/proc` shows of a process; undefined if it is gone or hidden. */
  factsOf(pid: number): ProcessFacts | undefined {
    const found = this.processes.get(pid);
    if (found === undefined || found.isHidden) return undefined;
    const none = { parent: 1, group: pid, session: pid, terminal: 0, foreground: -1, ticks: 0 };
    return { ...none, state: "S", threads: 1, start: found.start };
  }

  isRunning({ identity }: SimulatedAgent): boolean {
    return (
      identity !== undefined && this.processes.get(identity.pid)?.start === identity.start_ticks
    );
  }

  /** True for an agent that would beat if its host, disk and clock let it. */
  isWell = (agent: SimulatedAgent): boolean => this.isRunning(agent) && !agent.isHung;

  start(agent: SimulatedAgent): void {
    agent.identity = this.spawn();
    agent.isHung = false;
    agent.runs += 1;
    this.beat(agent);
  }

  /** Ends the agent's process; with `exit`, its wrapper records that. */
  end(agent: SimulatedAgent, exit?: Heartbeat["exit"]): void {
    if (agent.identity !== undefined) this.processes.delete(agent.identity.pid);
    if (exit !== undefined) this.write(agent, { state: "exiting", exit });
    agent.nextBeatMs = Number.POSITIVE_INFINITY;
  }

  beat(agent: SimulatedAgent): void {
    const every = agent.spec.every ?? 60;
    agent.nextBeatMs = this.monoMs + 1000 * every;
    if (!agent.isHung) this.write(agent, {});
  }

  private write(agent: SimulatedAgent, more: Partial<Heartbeat>): void {
    const { freeBytes, freeInodes, isReadOnly } = this.fileSystem;
    if (freeBytes === 0 || freeInodes === 0 || isReadOnly === true) return;
    const { spec, identity, cell } = agent;
    const wall = new Date(this.now().getTime() + 1000 * (spec.ahead ?? 0));
    const state = more.state ?? agent.words.state ?? "working";
    const beat = {
      schema_version: 1,
      mission_id: agent.id,
      timestamp: wall.toISOString(),
      state,
      seq: ++agent.seq,
      interval_seconds: spec.every ?? 60,
      host: spec.host ?? this.host,
      boot_id: spec.host === undefined ? identity?.boot_id : `boot of ${spec.host}`,
      pid: identity?.pid,
      run_id: `run ${agent.runs}`,
      ...this.vouchFor(agent),
      ...agent.words,
      ...more,
    };
    // An agent cannot beat while its cell is moved away.
    if (!existsSync(cell)) return;
    const file = join(cell, CELL_FILES.heartbeat);
    writeFileSync(`${file}.new`, JSON.stringify(beat));
    utimesSync(`${file}.new`, this.now(), this.now());
    renameSync(`${file}.new`, file);
  }

  private vouchFor({ identity, spec }: SimulatedAgent): Pick<Heartbeat, "process"> {
    if (identity === undefined || spec.vouches === "no") return {};
    const boot = spec.host === undefined ? identity.boot_id : `boot of ${spec.host}`;
    const elsewhere = spec.vouches === "elsewhere" ? { pid_namespace: PID_NAMESPACE } : {};
    return { process: { ...identity, boot_id: boot, ...elsewhere } };
  }

  sleep(ms: number): void {
    this.sleptMs += ms;
  }

  /** Every process ends; the host is up again after `ms`. */
  reboot(ms: number): void {
    this.processes.clear();
    for (const agent of this.agents.values())
      if (agent.spec.host === undefined) agent.nextBeatMs = Number.POSITIVE_INFINITY;
    this.sleep(ms);
    this.boot += 1;
    this.bootMs = this.trueMs();
  }
}
