/**
 * What happens in a history, done to the simulated host.
 *
 * @module
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changeStatus } from "../../lib/cell/mission/status-change.ts";
import { observeCell } from "../../lib/cell/observe.ts";
import { openRoot, type Root } from "../../lib/host/files/directory.ts";
import { beatToRelease } from "../../lib/supervise/commands/released-beat.ts";
import { holdAll, resumeAll } from "../../lib/supervise/orders/hold-store.ts";
import { changeOrders, liftOrders } from "../../lib/supervise/orders/order-store.ts";
import type { Happening } from "./history.ts";
import { parseMoment } from "./moment.ts";
import { DAEMON_START_MS, type WatchedRoot } from "./watched-root.ts";

type Of<Key extends string> = Extract<Happening, Readonly<Record<Key, unknown>>>;

/** A root with agents that beat in it, on a simulated or a real host. */
export type Inhabited = Pick<WatchedRoot, "world" | "root" | "agent">;

/** Does one thing to a root and its host. */
export function happen(there: WatchedRoot, happening: Happening): void {
  const isKnown =
    happenToAgents(there, happening) ||
    toProcess(there, happening) ||
    toHost(there, happening) ||
    byOperator(there, happening);
  if (!isKnown) throw new Error(`Nothing is known of ${JSON.stringify(happening)}`);
}

/** Does one thing to the agents, or to their files; false if it concerns something else. */
export function happenToAgents(there: Inhabited, happening: Happening): boolean {
  const { world } = there;
  if ("kill" in happening) world.end(there.agent(happening.kill));
  else if ("ends" in happening) {
    const exit = { ...happening.exit, at: world.now().toISOString() };
    world.end(there.agent(happening.ends), exit);
  } else if ("hangs" in happening) there.agent(happening.hangs).isHung = true;
  else if ("goesOn" in happening) {
    const agent = there.agent(happening.goesOn);
    agent.isHung = false;
    world.beat(agent);
  } else if ("starts" in happening) world.start(there.agent(happening.starts));
  else if ("says" in happening) {
    const agent = there.agent(happening.says);
    agent.words = { ...(happening.forgets ? {} : agent.words), ...happening.words };
    world.beat(agent);
  } else if ("root" in happening) toRoot(there, happening.root);
  else return toFiles(there, happening);
  return true;
}

function toProcess(there: WatchedRoot, happening: Happening): boolean {
  const { processes } = there.world;
  if ("reusesPidOf" in happening) {
    const pid = there.agent(happening.reusesPidOf).identity?.pid ?? 0;
    processes.set(pid, { start: Math.round(there.world.uptime() * 100) + 1, isHidden: false });
  } else if ("hides" in happening) {
    const found = processes.get(there.agent(happening.hides).identity?.pid ?? 0);
    if (found === undefined) throw new Error(`"${happening.hides}" has no process`);
    found.isHidden = happening.isHidden;
  } else return false;
  return true;
}

function toHost(there: WatchedRoot, happening: Happening): boolean {
  const { world } = there;
  if ("disk" in happening) world.fileSystem = { ...world.fileSystem, ...happening.disk };
  else if ("clock" in happening) world.wallOffsetMs += 1000 * happening.clock;
  else if ("sleeps" in happening) world.sleep(parseMoment(happening.sleeps));
  else if ("starves" in happening)
    there.nextRoundMs = world.monoMs + parseMoment(happening.starves);
  else if ("reboots" in happening) {
    world.reboot(parseMoment(happening.reboots));
    there.startDaemon();
    there.nextRoundMs += DAEMON_START_MS;
  } else return false;
  return true;
}

function toRoot({ root }: Inhabited, what: Of<"root">["root"]): void {
  const elsewhere = `${root}.elsewhere`;
  if (what === "is-emptied") {
    rmSync(root, { recursive: true });
    mkdirSync(root);
    return;
  }
  if (what === "is-back") rmSync(root, { recursive: true, force: true });
  renameSync(...(what === "is-back" ? ([elsewhere, root] as const) : ([root, elsewhere] as const)));
  if (what === "is-replaced") mkdirSync(root);
}

function toFiles(there: Inhabited, happening: Happening): boolean {
  if ("writes" in happening)
    writeFileSync(join(there.agent(happening.writes).cell, happening.file), happening.text);
  else if ("removes" in happening)
    rmSync(join(there.agent(happening.removes).cell, happening.file), { recursive: true });
  else return false;
  return true;
}

function byOperator(there: WatchedRoot, happening: Happening): boolean {
  if ("mission" in happening)
    inRoot(there, (root) =>
      changeStatus(root, observeCell(root, there.agent(happening.mission).id), {
        program: "mission",
        step: happening.step,
        now: there.world.now(),
      }),
    );
  else if ("daemon" in happening)
    if (happening.daemon === "stops") there.stopDaemon();
    else there.startDaemon();
  else if ("settings" in happening) there.settings = { ...there.settings, ...happening.settings };
  else if ("order" in happening) giveOrder(there, happening);
  else return false;
  return true;
}

function inRoot(there: WatchedRoot, use: (root: Root) => unknown): void {
  const root = openRoot(there.root);
  try {
    use(root);
  } finally {
    root.close();
  }
}

function giveOrder(there: WatchedRoot, happening: Of<"order">): void {
  const { store, world, settings } = there;
  const at = world.now().toISOString();
  if (!("of" in happening))
    return happening.order === "hold"
      ? holdAll(store, { at })
      : void resumeAll(store, new Date(at));
  const { id } = there.agent(happening.of);
  if (happening.order === "release")
    return liftOrders(store, id, beatToRelease(settings, id, world.clock()));
  const end = new Date(world.now().getTime() + parseMoment(happening.for ?? "1h"));
  changeOrders(store, id, (orders) =>
    happening.order === "snooze"
      ? { ...orders, snooze: { at, until: end.toISOString() } }
      : { ...orders, quarantine: { at, reason: "by hand" } },
  );
}
