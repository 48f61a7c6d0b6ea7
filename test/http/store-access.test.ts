/**
 * Orders over HTTP that are late, or wait beside readers of cells; and what a cell's detail reads.
 */
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import * as v from "valibot";
import type { Fault } from "../../lib/base/errors.ts";
import type { Event } from "../../lib/contract/event.ts";
import { DEFAULTS } from "../../lib/contract/setting-rows.ts";
import { Settings } from "../../lib/contract/settings.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { createOrderRoute } from "../../lib/http/order-route.ts";
import { createRecentResults } from "../../lib/http/server/recent-results.ts";
import { runStoreTask } from "../../lib/http/server/store-worker.ts";
import {
  eventsAbout,
  eventsSince,
  lastEventsAbout,
  logStart,
} from "../../lib/supervise/status/read-events.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { ONE_FORM, run, scratch } from "../tools/program.ts";
import { bearer } from "../tools/served.ts";

stopEndpoints();
const home = scratch();
const [root, state_dir] = [join(home, "missions"), join(home, "state")];
const operatorFile = join(home, "operator");
writeFileSync(operatorFile, "the-token-of-operators", { mode: 0o600 });
writeCell(root, idOf(1));
const paths = storePathsOf({ root, state_dir });
const HOLD = { order: "hold", reason: "the disk is full" } as const;

test("an order that has waited for too long is refused, and changes nothing", async () => {
  const settings = v.parse(Settings, { ...DEFAULTS, root, state_dir });
  const { uptime } = hostClock();
  const give = (notAfter: number) => runStoreTask({ order: HOLD, settings, notAfter });
  expect(await give(uptime() - 1)).toEqual({ fault: "try_again" });
  expect(existsSync(paths.storeDir)).toBe(false);
  expect(await give(uptime() + 600)).toMatchObject({ text: expect.any(String) });
});

test.each<[Fault, retryAfter: string | null, text: string]>([
  ["try_again", "1", "was not given: try again"],
  ["io_error", null, "it is not known whether it was"],
])("the answer to %s has the Retry-After %p", async (fault, retryAfter, text) => {
  const route = createOrderRoute({ operatorToken: "t" }, async () => ({ fault }));
  const headers = { ...bearer("t"), "Content-Type": "application/json" };
  const response = await route(
    new Request("http://h/", { method: "POST", headers, body: JSON.stringify(HOLD) }),
  );
  expect([response.status, response.headers.get("Retry-After")]).toEqual([503, retryAfter]);
  expect(await response.text()).toContain(text);
});

test.each(ONE_FORM)("readers that the disk holds up hold up no order (%s)", async (form) => {
  const server = await startEndpoint(
    form,
    `--root=${root}`,
    `--state-dir=${state_dir}`,
    `--operator-token-file=${operatorFile}`,
  );
  const give = (order: "hold" | "resume") =>
    server.get("/v1/orders", {
      method: "POST",
      headers: { ...bearer("the-token-of-operators"), "Content-Type": "application/json" },
      body: JSON.stringify({ ...HOLD, order }),
    });
  expect((await give("hold")).status).toBe(200);
  // A named pipe, whose reader waits for a writer, in place of a disk that does not answer.
  const pipe = join(paths.storeDir, "events.ndjson.2");
  Bun.spawnSync(["mkfifo", pipe]);
  const read = server.get(`/v1/cells/${idOf(1)}`);
  const isHeld = await Promise.race([read.then(() => false), Bun.sleep(300).then(() => true)]);
  const response = await give("resume");
  closeSync(openSync(pipe, "r+"));
  rmSync(pipe);
  expect([isHeld, response.status, (await read).status]).toEqual([true, 200, 200]);
});

const line = (n: number): string => {
  const at = `2026-01-01T00:00:0${n}Z`;
  const event: Event = { schema_version: 1, at, event: "changed", mission_id: idOf(1) };
  return `${JSON.stringify(event)}\n`;
};

const seconds = (events: readonly Event[]) => events.map(({ at }) => at.slice(17, 19));

test("a cell's detail reads no older files of the event log than it needs", () => {
  const store = { ...paths, storeDir: join(home, "log") };
  mkdirSync(join(store.storeDir, "events.ndjson.3"), { recursive: true });
  const place = (age: string, text: string) =>
    writeFileSync(join(store.storeDir, `events.ndjson${age}`), text);
  place("", line(8) + line(9));
  // A rotation during the reading makes the file that was just read appear under its next name.
  place(".1", line(8) + line(9));
  place(".2", line(5) + line(6));
  place(".4", line(1) + "x".repeat(100_000));
  const last = (limit: number) => seconds(lastEventsAbout(store, idOf(1), limit, () => true));
  expect(last(3)).toEqual(["06", "08", "09"]);
  expect(() => last(5)).toThrow("Cannot read");
  expect(logStart(store)).toBe("2026-01-01T00:00:01Z");
});

test("an event is read once though a rotation renames its file while the log is read", () => {
  const store = { ...paths, storeDir: join(home, "rotated") };
  mkdirSync(store.storeDir);
  const texts = [line(8) + line(9), line(8) + line(9), line(5), "", line(2)];
  for (const [age, text] of texts.entries())
    writeFileSync(join(store.storeDir, age === 0 ? "events.ndjson" : `events.ndjson.${age}`), text);
  expect(seconds(eventsAbout(store, idOf(1)))).toEqual(["02", "05", "08", "09"]);
  expect(seconds(eventsSince(store, "2026-01-01T00:00:04Z"))).toEqual(["05", "08", "09"]);
});

test("a result is shared for a moment, until it is forgotten; one that failed is not", async () => {
  const recent = createRecentResults<number>(600_000);
  let calls = 0;
  const get = () => recent.get("a", async () => ++calls);
  expect(await Promise.all([get(), get()])).toEqual([1, 1]);
  recent.forget();
  expect([await get(), await get()]).toEqual([2, 2]);
  const fail = () => recent.get("b", () => Promise.reject(new Error("no")));
  await Promise.allSettled([fail()]);
  await until(() => recent.get("b", async () => 7).then((value) => value === 7));
});

test.each(ONE_FORM)("the records of many cells are read at the same time (%s)", async (form) => {
  const cells = join(home, "cells");
  const ids = Array.from({ length: 16 }, (_, at) => idOf(at + 1));
  for (const id of ids) writeCell(cells, id);
  const server = await startEndpoint(form, "--root", cells, "--state-dir", state_dir);
  const isRead = async (id: string): Promise<boolean> =>
    ((await (await server.get(`/v1/cells/${id}`)).json()) as { records: unknown }).records !== null;
  const areRead = async () => (await Promise.all(ids.map(isRead))).every(Boolean);
  // On a busy machine a reading may take too long, but not each time.
  let tries = 1;
  // Beyond the second for which a result is shared.
  for (; !(await areRead()) && tries < 5; tries++) await Bun.sleep(1100);
  expect(tries).toBeLessThan(5);
  await server.stop();
});

test("artifacts that no program can list leave the rest of a cell readable", async () => {
  const script = join(import.meta.dir, "../tools/show-contents.ts");
  const id = idOf(20);
  writeCell(root, id, { mission: { objective: "list them" } });
  const call = [process.execPath, script, root, id];
  const [whole, bare] = [await run(call), await run(call, { env: { PATH: "/nowhere" } })];
  const [all, rest] = [JSON.parse(whole.stdout), JSON.parse(bare.stdout)] as object[];
  expect(all).toMatchObject({ objective: "list them", artifacts: { names: [] } });
  expect(rest).toEqual({ ...all, artifacts: null });
});
