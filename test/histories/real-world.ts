/**
 * The host that these tests run on, in the place of a simulated one: each agent is a real process,
 * and the clocks are the kernel's.
 *
 * @module
 */
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import type { ProcessIdentity } from "../../lib/contract/process-identity.ts";
import {
  bootId,
  processIdentity,
  hostName,
  livenessOf,
  uptimeSeconds,
} from "../../lib/host/host.ts";
import { type SimulatedAgent, World } from "./world.ts";

/** How often agents are asked whether a beat is due. */
const TICK_MS = 50;

export class RealWorld extends World implements Disposable {
  override readonly host = hostName();
  override now = (): Date => new Date();
  override uptime = uptimeSeconds;
  override bootId = bootId;
  private readonly startedMs = performance.now();
  private readonly children = new Map<number, Bun.Subprocess>();
  private readonly timer = setInterval(() => this.beatIfDue(), TICK_MS);

  override spawn(): ProcessIdentity {
    const child = Bun.spawn(["sleep", "infinity"], { stdio: ["ignore", "ignore", "ignore"] });
    this.children.set(child.pid, child);
    return processIdentity(child.pid);
  }

  override isRunning({ identity }: SimulatedAgent): boolean {
    return identity !== undefined && livenessOf(identity) === "alive";
  }

  override end(agent: SimulatedAgent, exit?: Heartbeat["exit"]): void {
    this.children.get(agent.identity?.pid ?? 0)?.kill("SIGKILL");
    super.end(agent, exit);
  }

  private beatIfDue(): void {
    this.monoMs = performance.now() - this.startedMs;
    for (const agent of this.agents.values()) if (agent.nextBeatMs <= this.monoMs) this.beat(agent);
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    for (const child of this.children.values()) child.kill("SIGKILL");
  }
}
