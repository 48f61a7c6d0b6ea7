/**
 * What metrics say of supervise while the disk of its store is slow: what was read last, for a minute,
 * because series that vanish would end the alerts about them.
 */
import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, mock, test } from "bun:test";
import * as v from "valibot";
import { DEFAULTS } from "../../lib/contract/setting-rows.ts";
import { Settings } from "../../lib/contract/settings.ts";
import type { Supervision } from "../../lib/contract/supervision.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import * as host from "../../lib/host/host.ts";
import { slowSupervision, type StoreTask } from "../../lib/http/server/store-worker.ts";
import type { TaskWorker } from "../../lib/http/server/worker.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { ONE_FORM, scratch } from "../tools/program.ts";
import { bearer } from "../tools/served.ts";

/** The limits of lib/http/server/store-worker.ts: the wait of a scrape, and the most pending readings. */
const [SCRAPE_WAIT_MS, MAX_PENDING] = [500, 32];
const real = { ...host };
/** Seconds since the boot, by a clock that only these tests move. */
let uptime = 1000;
const SETTINGS = v.parse(Settings, { ...DEFAULTS, root: "/r" });
const CALM: Supervision = {
  lastRound: null,
  givenUp: undefined,
  hold: undefined,
  orders: [],
  routes: [],
};
const HELD: Supervision = { ...CALM, hold: { since: "2026-01-01T12:00:00.000Z" } };

/** Scrapes of a store whose readings end when a test ends them. */
function scraped() {
  const readings: PromiseWithResolvers<unknown>[] = [];
  const worker: TaskWorker<StoreTask> = {
    run() {
      const reading = Promise.withResolvers<unknown>();
      readings.push(reading);
      return reading.promise;
    },
    pendingCount: () => readings.length,
    isAlive: () => true,
  };
  const scrape = slowSupervision(() => worker, SETTINGS);
  /** Ends all readings with this result. */
  const end = (found: Supervision | undefined) =>
    readings.splice(0).forEach(({ resolve }) => resolve(found));
  return {
    readings,
    scrape,
    end,
    /** A scrape while the disk is quick. */
    quickly: (found: Supervision | undefined) => {
      const scraping = scrape();
      end(found);
      return scraping;
    },
  };
}

describe("what metrics say of supervise", () => {
  beforeAll(() => {
    void mock.module("../../lib/host/host.ts", () => ({
      ...real,
      uptimeSeconds: () => uptime,
    }));
  });
  afterAll(() => void mock.module("../../lib/host/host.ts", () => real));

  test("is what a quick disk has now", async () => {
    const { quickly } = scraped();
    expect(await quickly(HELD)).toEqual(HELD);
    expect(await quickly(CALM)).toEqual(CALM);
    expect(await quickly(undefined)).toBeUndefined();
  });

  test("is told again for a minute while the disk is slow, and no longer", async () => {
    const { scrape, quickly } = scraped();
    await quickly(HELD);
    const started = performance.now();
    expect(await scrape()).toEqual(HELD);
    expect(performance.now() - started).toBeGreaterThan(SCRAPE_WAIT_MS - 10);
    uptime += 59;
    expect(await scrape()).toEqual(HELD);
    uptime += 1;
    expect(await scrape()).toBeUndefined();
    expect(await quickly(CALM)).toEqual(CALM);
  });

  test("is not known before the first reading has ended", async () => {
    const { scrape, end } = scraped();
    expect(await scrape()).toBeUndefined();
    end(HELD);
    expect(await scrape()).toEqual(HELD);
  });

  test("is told again without another reading while too many are pending", async () => {
    const { scrape, quickly, readings } = scraped();
    await quickly(HELD);
    await Promise.all(Array.from({ length: MAX_PENDING }, scrape));
    expect(readings).toHaveLength(MAX_PENDING);
    const more = await Promise.all(Array.from({ length: 100 }, scrape));
    expect(new Set(more)).toEqual(new Set([HELD]));
    expect(readings).toHaveLength(MAX_PENDING);
  });
});

stopEndpoints();
const home = scratch();
const [root, state_dir] = [join(home, "missions"), join(home, "state")];
const operatorFile = join(home, "operator");
writeFileSync(operatorFile, "the-token-of-operators", { mode: 0o600 });
writeCell(root, idOf(1));

test.each(ONE_FORM)("/metrics keeps a hold while the disk does not answer (%s)", async (form) => {
  const flags = [`--state-dir=${state_dir}`, `--operator-token-file=${operatorFile}`];
  const server = await startEndpoint(form, `--root=${root}`, ...flags);
  const give = async (order: "hold" | "resume") => {
    const response = await server.get("/v1/orders", {
      method: "POST",
      headers: { ...bearer("the-token-of-operators"), "Content-Type": "application/json" },
      body: JSON.stringify({ order, reason: "the disk is full" }),
    });
    expect(response.status).toBe(200);
  };
  const metrics = async () => (await server.get("/metrics")).text();
  await give("hold");
  await until(async () => (await metrics()).includes("lazarus_pit_hold 1"));

  // The worker that reads the store waits for a writer of this pipe, as for a disk that does not answer.
  const pipe = join(storePathsOf({ root, state_dir }).storeDir, "events.ndjson.2");
  Bun.spawnSync(["mkfifo", pipe]);
  const detail = server.get(`/v1/cells/${idOf(1)}`);
  const texts: string[] = [];
  /** True for a scrape that was not answered from memory, and waited for the disk without success. */
  const isSlow = async () => {
    const started = performance.now();
    texts.push(await metrics());
    return performance.now() - started >= SCRAPE_WAIT_MS;
  };
  await until(isSlow);
  await give("resume");
  await until(isSlow);
  expect(texts.filter((text) => !text.includes("lazarus_pit_hold 1"))).toEqual([]);
  closeSync(openSync(pipe, "r+"));
  rmSync(pipe);
  await until(async () => (await metrics()).includes("lazarus_pit_hold 0"));
  expect((await detail).status).toBe(200);
});
