/**
 * The truth about a generated history: who lives, what holds, and what happened last. The daemon does
 * not know it; its attempts are judged by it.
 *
 * @module
 */
import { LIMIT } from "./generated.ts";
import type { AgentSpec, Happening } from "./history.ts";
import { parseMoment } from "./moment.ts";
import type { WatchedRoot } from "./watched-root.ts";

/** An agent as it is. */
interface TrueAgent {
  mission: "active" | "paused" | "completed";
  /** It ended well, so the default policy leaves it alone. */
  hasEndedWell: boolean;
  /** Its wrapper recorded an end since its last start. */
  hasRecordedEnd: boolean;
  /** An operator has said that its agent is gone. */
  isReleased: boolean;
  snoozedUntilMs: number;
  /** How often it died, or fell silent. */
  incidents: number;
}

const FRESH: Readonly<TrueAgent> = {
  mission: "active",
  hasEndedWell: false,
  hasRecordedEnd: false,
  isReleased: false,
  snoozedUntilMs: 0,
  incidents: 0,
};

export class Truth {
  readonly agents: ReadonlyMap<string, TrueAgent>;
  isHeld = false;
  isFull = false;
  private fullSinceMs = 0;
  isWatched = true;
  /** When silence was last explained by the host or the daemon, by the monotonic clock. */
  disturbedMs = 0;

  constructor(agents: Readonly<Record<string, AgentSpec>>) {
    this.agents = new Map(Object.keys(agents).map((name) => [name, { ...FRESH }]));
  }

  agent(name: string): TrueAgent {
    const found = this.agents.get(name);
    if (found === undefined) throw new Error(`no agent ${name}`);
    return found;
  }

  /** True if a thing can happen now. */
  canHappen(there: WatchedRoot, happening: Happening): boolean {
    const name = nameIn(happening);
    if (name !== undefined && !this.agents.has(name)) return false;
    if (name !== undefined) return this.canHappenTo(there, name, happening);
    if ("daemon" in happening) return this.isWatched === (happening.daemon === "stops");
    return !("starves" in happening) || this.isWatched;
  }

  private canHappenTo({ world }: WatchedRoot, name: string, happening: Happening): boolean {
    const agent = world.agents.get(name);
    const isRunning = agent !== undefined && world.isRunning(agent);
    const { mission } = this.agent(name);
    if ("starts" in happening) return !isRunning;
    if ("mission" in happening)
      return happening.step === "resume" ? mission === "paused" : mission === "active";
    if ("goesOn" in happening) return isRunning && agent.isHung;
    if ("order" in happening) return happening.order !== "release" || !isRunning;
    return isRunning && !("hangs" in happening && agent.isHung);
  }

  /** Notes what happens at this moment. */
  note({ world, reportMs }: WatchedRoot, happening: Happening): void {
    const name = nameIn(happening);
    const wasFull = this.isFull;
    if (name !== undefined) this.noteOf(this.agent(name), happening, world.trueMs());
    else if ("order" in happening) this.isHeld = happening.order === "hold";
    else if ("daemon" in happening) this.isWatched = happening.daemon === "starts";
    else if ("disk" in happening) this.isFull = happening.disk.freeBytes === 0;
    if (!wasFull && this.isFull) this.fullSinceMs = world.monoMs;
    // The daemon cannot know of a disk that was full only between two of its rounds.
    const isRoomAgain = wasFull && !this.isFull && reportMs >= this.fullSinceMs;
    if (isRoomAgain || "daemon" in happening || "sleeps" in happening)
      this.disturbedMs = world.monoMs;
  }

  private noteOf(agent: TrueAgent, happening: Happening, nowMs: number): void {
    if ("kill" in happening || "ends" in happening || "hangs" in happening) agent.incidents += 1;
    if ("ends" in happening) agent.hasRecordedEnd = !this.isFull;
    if ("ends" in happening && !this.isFull) agent.hasEndedWell = happening.exit.code === 0;
    if ("starts" in happening) this.restarted(agent);
    if ("mission" in happening)
      agent.mission = { pause: "paused", resume: "active", complete: "completed" }[
        happening.step as "pause"
      ] as TrueAgent["mission"];
    if ("order" in happening && happening.order === "snooze")
      agent.snoozedUntilMs = nowMs + parseMoment("10m");
    if ("order" in happening && happening.order === "release") {
      agent.snoozedUntilMs = 0;
      agent.isReleased = true;
    }
  }

  restarted(agent: TrueAgent): void {
    agent.hasEndedWell = false;
    agent.hasRecordedEnd = false;
    agent.isReleased = false;
  }

  /** What is wrong with an attempt for an agent at this moment; empty if nothing is. */
  faultsOf(there: WatchedRoot, { name, atMs }: { name: string; atMs: number }): string[] {
    const agent = this.agent(name);
    const { mission, hasEndedWell, hasRecordedEnd, isReleased, snoozedUntilMs } = agent;
    const isShown = there.agent(name).spec.vouches === "yes" || hasRecordedEnd || isReleased;
    const monoMs = atMs - there.world.sleptMs;
    const faults = {
      "while everything is held": this.isHeld,
      "while it is snoozed": atMs < snoozedUntilMs,
      "where no beat was expected": mission !== "active",
      "after it ended well": hasEndedWell,
      "for a silence on a full disk": this.isFull && !isShown,
      "before its silence was watched": !isShown && monoMs - this.disturbedMs < 1000 * LIMIT,
      "more than once an incident":
        there.started.filter((each) => each.name === name && each.atMs <= atMs).length >
        agent.incidents,
    };
    return Object.entries(faults).flatMap(([fault, is]) => (is ? [`${name}: ${fault}`] : []));
  }
}

/** The agent that a thing happens to; undefined if it concerns the host. */
function nameIn(happening: Happening): string | undefined {
  for (const key of ["kill", "ends", "hangs", "goesOn", "starts", "mission", "of"])
    if (key in happening) return (happening as unknown as Record<string, string>)[key];
  return undefined;
}
