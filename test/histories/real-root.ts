/**
 * A root of real processes, watched by a real `supervise`, on which the operator uses the real
 * commands.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULTS } from "../../lib/contract/setting-rows.ts";
import type { Explanation } from "../../lib/verdict/explain.ts";
import type { Report } from "../../lib/contract/report.ts";
import { command, type Program, run } from "../tools/program.ts";
import { type Daemon, type Place, placeOf } from "../tools/supervised.ts";
import { happenToAgents, type Inhabited } from "./happen.ts";
import type { Happening, History } from "./history.ts";
import { quickAgents, quickMoment, quickSettings } from "./quick.ts";
import { RealWorld } from "./real-world.ts";
import { addAgents, agentOf } from "./watched-root.ts";
import type { SimulatedAgent } from "./world.ts";

/** The defaults of these settings and policies, as if a second were a minute. */
const { scan_interval_seconds, stale_after_seconds, min_stale_after_seconds } = DEFAULTS;
const { max_stale_after_seconds, fire_after, clear_after } = DEFAULTS;
const LIMITS = { stale_after_seconds, min_stale_after_seconds, max_stale_after_seconds };
const SETTINGS = { scan_interval_seconds, ...LIMITS, fire_after, clear_after };
const POLICY = { delay_seconds: 60, max_delay_seconds: 900, interval_seconds: 3600, jitter: 0 };

export class RealRoot implements Inhabited, AsyncDisposable {
  readonly world = new RealWorld();
  readonly place: Place;
  readonly root: string;
  /** Agents that supervise had started again although a process that their beats vouch for ran. */
  readonly beside: string[] = [];
  private readonly asked: string;
  private answered = 0;
  private daemon: Daemon | undefined;
  private readonly timer = setInterval(() => this.answer(), 100);

  constructor(private readonly history: History) {
    this.place = placeOf();
    this.root = this.place.root;
    this.asked = join(this.place.here, "asked");
    writeFileSync(this.asked, "");
    this.configure(history.settings ?? {});
    addAgents(this.world, this.root, quickAgents(history));
    this.startDaemon();
  }

  agent(name: string): SimulatedAgent {
    return agentOf(this.world, name);
  }

  /** How often an agent was to be started: a line for each run of the policy's command. */
  started = (name: string): number =>
    this.lines().filter((id) => id === this.agent(name).id).length;

  /** What `scan --json` says. */
  async scan(): Promise<Report> {
    return JSON.parse(await this.call("scan", "--json")) as Report;
  }

  /** The daemon's last report; undefined before its first one. */
  reported(): Report | undefined {
    return existsSync(join(this.place.folder, "report.json")) ? this.place.report() : undefined;
  }

  /** What `scan --explain` says of an agent's cell. */
  async explain(name: string): Promise<Explanation> {
    return JSON.parse(
      await this.call("scan", "--explain", this.agent(name).id, "--json"),
    ) as Explanation;
  }

  async happen(happening: Happening): Promise<void> {
    if (happenToAgents(this, happening)) return;
    if ("mission" in happening)
      await this.call("mission", this.agent(happening.mission).id, happening.step);
    else if ("order" in happening) await this.order(happening);
    else if ("settings" in happening) {
      this.configure({ ...this.history.settings, ...happening.settings });
      this.daemon?.signal("SIGHUP");
    } else if ("daemon" in happening)
      if (happening.daemon === "stops") await this.daemon?.stop();
      else this.startDaemon();
    else throw new Error(`Nobody can do this to a real host: ${JSON.stringify(happening)}`);
  }

  private async order(given: Extract<Happening, { readonly order: string }>): Promise<void> {
    if (!("of" in given)) return void (await this.call("supervise", given.order));
    const time = given.order === "snooze" ? ["--for", secondsOf(given.for ?? "1h")] : [];
    const reason = given.order === "quarantine" ? ["--reason", "by hand"] : [];
    await this.call("supervise", given.order, this.agent(given.of).id, ...time, ...reason);
  }

  private async call(program: Program, ...args: string[]): Promise<string> {
    const argv = [...command("executable", program), ...args, "--config", this.place.config];
    const { code, stdout, stderr } = await run(argv);
    if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  }

  private configure(settings: object): void {
    const { policy, command: outcome } = this.history;
    const end = outcome === "fails" ? "exit 1" : "sleep 1";
    const argv = ["sh", "-c", `echo "$MISSION_ID" >>${this.asked}; ${end}`];
    const policies =
      policy === null ? [] : [{ ...quickSettings({ ...POLICY, ...policy }), command: argv }];
    this.place.configure({ ...quickSettings({ ...SETTINGS, ...settings }), revive: policies });
  }

  private startDaemon(): void {
    this.daemon = this.place.start("executable");
  }

  private lines = (): string[] => readFileSync(this.asked, "utf8").split("\n").slice(0, -1);

  /** Starts the agents that the policy's command was called for. */
  private answer(): void {
    const lines = this.lines();
    for (const id of lines.slice(this.answered)) this.restart(id);
    this.answered = lines.length;
  }

  private restart(id: string): void {
    const { history, world } = this;
    const [name, agent] = [...world.agents].find(([, each]) => each.id === id) ?? [];
    if (name === undefined || agent === undefined) return void this.beside.push(`nobody: ${id}`);
    const mayStop = history.policy?.stops_running === true;
    const isHere = agent.spec.vouches !== "no" && agent.spec.host === undefined;
    if (isHere && !mayStop && world.isRunning(agent)) this.beside.push(name);
    if ((history.command ?? "restarts") !== "restarts") return;
    world.end(agent);
    world.start(agent);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.timer);
    await this.daemon?.stop();
    this.world[Symbol.dispose]();
  }
}

const secondsOf = (moment: string): string => `${Math.ceil(quickMoment(moment) / 1000)}s`;
