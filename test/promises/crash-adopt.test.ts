/**
 * A command that outlives the daemon which started it is still bound by every promise: the next
 * daemon finds its process, starts no second one, and ends it when its time limit is over.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { isDead, processFacts } from "../../lib/host/process.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  claimsOf,
  DEAD,
  type Daemon,
  namesIn,
  type Place,
  placeOf,
  rounds,
  stopDaemons,
  until,
} from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** A second between attempts, so that only a running attempt can delay the next one. */
const POLICY = { delay_seconds: 1, jitter: 0, attempts: 50 };

interface Left {
  readonly place: Place;
  /** The processes of the commands so far. */
  readonly pids: () => number[];
  /** The first of them. */
  readonly first: number;
}

/** A dead cell whose command says its process, and then does `work`; its daemon is killed while it does. */
async function leftAtWork(work: string, policy: object): Promise<Left> {
  const place = placeOf();
  const log = join(place.here, "pids");
  const command = ["sh", "-c", `echo $$ >>${log}; ${work}`];
  place.configure({ revive: [{ ...POLICY, command, ...policy }] });
  writeCell(place.root, ID, DEAD);
  const pids = () =>
    existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1).map(Number) : [];
  const daemon = place.start("executable");
  await until(() => pids().length === 1);
  await killed(daemon);
  return { place, pids, first: pids()[0] ?? 0 };
}

async function killed(daemon: Daemon): Promise<void> {
  daemon.signal("SIGKILL");
  await daemon.exited;
}

/** False for a zombie too: on a host whose first process does not reap, it stays. */
function isThere(pid: number): boolean {
  const facts = processFacts(pid);
  return facts !== undefined && !isDead(facts);
}
const attempted = (place: Place) => place.events().filter(({ event }) => event === "attempted");
const partsOf = (place: Place) => namesIn(join(place.folder, "attempts", ID));
const workerOf = (place: Place) =>
  join(
    place.folder,
    "attempts",
    ID,
    partsOf(place).find((name) => name.endsWith("worker.json")) ?? "",
  );

describe("a command whose daemon was killed", () => {
  test.concurrent("is alone until its time is over, ends then, and the next follows", async () => {
    const { place, pids, first } = await leftAtWork("sleep 600 & wait", { timeout_seconds: 20 });
    const daemon = place.start("executable");
    await until(() => daemon.said().includes(`${ID}: adopted attempt 1 of an earlier daemon`));
    await rounds(place);
    expect(pids()).toEqual([first]);
    expect(isThere(first)).toBe(true);
    const { stdout } = await place.call("executable", "--plan");
    expect(stdout).toContain(`not now (running): waiting for attempt 1 to end: process ${first}`);
    await until(() => pids().length === 2);
    expect(isThere(first)).toBe(false);
    expect(attempted(place)).toMatchObject([{ attempt: 1, exit_code: null, timed_out: true }]);
    const [one, two] = claimsOf(place, ID).map(({ uptime_seconds }) => uptime_seconds);
    expect((two ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(20);
    expect((await place.call("executable", "history", ID)).stdout).toContain(
      "killed at its time limit",
    );
    await daemon.stop();
  });

  test.concurrent("is ended at once where its time was over while no daemon ran", async () => {
    const { place, first } = await leftAtWork("exec sleep 600", { timeout_seconds: 1 });
    await Bun.sleep(1500);
    expect(isThere(first)).toBe(true);
    place.start("executable");
    await until(() => attempted(place).length > 0);
    expect(attempted(place)[0]).toMatchObject({ attempt: 1, exit_code: null, timed_out: true });
    expect(isThere(first)).toBe(false);
  });

  test.concurrent("and ended by itself, is told as one whose exit code is unknown", async () => {
    const { place, first } = await leftAtWork("kill -9 $PPID", { delay_seconds: 600 });
    await until(() => !isThere(first));
    const daemon = place.start("executable");
    await until(() => attempted(place).length > 0);
    expect(daemon.said()).toContain(`${ID}: attempt 1 ended while no daemon was running`);
    const event = { attempt: 1, exit_code: null, signal: null, timed_out: false };
    expect(attempted(place)).toMatchObject([
      { ...event, reason: expect.stringContaining("its exit code is unknown") },
    ]);
    expect(partsOf(place).filter((name) => name.endsWith("worker.json"))).toEqual([]);
  });

  test.concurrent("ends with the daemon that took it over, when that is told to stop", async () => {
    const { place, first } = await leftAtWork("exec sleep 600", { timeout_seconds: 600 });
    const daemon = place.start("executable");
    await until(() => daemon.said().includes("adopted attempt 1"));
    // It adopts before it handles signals.
    await rounds(place);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    expect(isThere(first)).toBe(false);
    expect(attempted(place)).toMatchObject([{ attempt: 1, exit_code: null, timed_out: false }]);
  });

  test.concurrent(
    "out of sight is neither ended nor doubled until an operator's release",
    async () => {
      const { place, pids, first } = await leftAtWork("exec sleep 600", { timeout_seconds: 1 });
      const path = workerOf(place);
      const worker = JSON.parse(readFileSync(path, "utf8")) as object;
      writeFileSync(path, JSON.stringify({ ...worker, pid_namespace: "pid:[1]" }));
      const daemon = place.start("executable");
      await until(() => daemon.said().includes(`attempt 1 may still be running: process ${first}`));
      await rounds(place, 5);
      expect(pids()).toEqual([first]);
      expect(isThere(first)).toBe(true);
      await place.call("executable", "release", ID);
      await until(() => pids().length === 2);
      expect(isThere(first)).toBe(true);
      await daemon.stop();
      process.kill(first, "SIGKILL");
    },
  );

  test.concurrent("is not confused with another process that has its pid now", async () => {
    const { place, pids, first } = await leftAtWork("exec sleep 600", { timeout_seconds: 1 });
    const path = workerOf(place);
    const worker = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...worker, start_ticks: 1 }));
    const daemon = place.start("executable");
    await until(() => pids().length === 2);
    expect(isThere(first)).toBe(true);
    await daemon.stop();
    process.kill(first, "SIGKILL");
  });
});
