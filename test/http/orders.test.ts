/**
 * Orders over HTTP, and what the endpoint tells about a cell from supervise's store.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../lib/contract/event.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import type { CellDetail } from "../../lib/http/rules/cell-detail.ts";
import { readOrders } from "../../lib/supervise/orders/order-store.ts";
import { claimAttempt, recordOutcome } from "../../lib/supervise/revive/attempt-store.ts";
import type { Claim } from "../../lib/supervise/revive/rules/attempt.ts";
import { appendEvents } from "../../lib/supervise/status/event-log.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { wrongWith } from "../tools/described.ts";
import { type Endpoint, startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { scratch } from "../tools/program.ts";
import { bearer } from "../tools/served.ts";

const [MISSION, HOSTILE, ABSENT] = [idOf(1), idOf(2), idOf(9)];
const [READER, OPERATOR] = ["the-token-of-readers", "the-token-of-operators"];

const home = scratch();
const [root, state_dir] = [join(home, "missions"), join(home, "state")];
mkdirSync(root);
const cell = writeCell(root, MISSION, { mission: { objective: "Make the tests steady" } });
for (const name of ["report.md", "handoff.json"]) writeFileSync(join(cell, "artifacts", name), "");
const hostile = writeCell(root, HOSTILE);
symlinkSync("/etc", join(hostile, "etc"));
writeFileSync(
  join(hostile, "config/cell.json"),
  JSON.stringify({
    schema_version: 1,
    mission_id: HOSTILE,
    worktree: "worktree",
    artifacts: "etc",
    heartbeat: "state/heartbeat.json",
  }),
);
for (const [name, text] of Object.entries({ reader: READER, operator: OPERATOR }))
  writeFileSync(join(home, name), text, { mode: 0o600 });

const paths = storePathsOf({ root, state_dir });
stopEndpoints();
let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await startEndpoint(
    "script",
    `--root=${root}`,
    `--state-dir=${state_dir}`,
    `--token-file=${join(home, "reader")}`,
    `--operator-token-file=${join(home, "operator")}`,
  );
  await until(async () => (await endpoint.get("/readyz")).ok);
});

const JSON_TYPE = { "Content-Type": "application/json" };
const AS_OPERATOR = { ...bearer(OPERATOR), ...JSON_TYPE };
const give = (order: unknown, headers: Record<string, string> = AS_OPERATOR) =>
  endpoint.get("/v1/orders", {
    method: "POST",
    headers,
    body: typeof order === "string" ? order : JSON.stringify(order),
  });
const detailOf = async (id: string) =>
  (await (await endpoint.get(`/v1/cells/${id}`, { headers: bearer(READER) })).json()) as CellDetail;
const logged = (): Event[] =>
  readFileSync(join(paths.storeDir, "events.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);

test("a cell's detail says that no supervise keeps records, and never lists what lies outside of the cell", async () => {
  const { records, takes_orders } = await detailOf(MISSION);
  expect(takes_orders).toBe(true);
  expect(records).toEqual({
    objective: "Make the tests steady",
    artifacts: { names: ["handoff.json", "report.md"], has_more: false },
    supervise: null,
  });
  expect((await detailOf(HOSTILE)).records?.artifacts).toBeNull();
});

describe("an order over HTTP", () => {
  const HOLD = { order: "hold", reason: "the disk is full" };
  const SNOOZE = { order: "snooze", mission_id: MISSION, for_seconds: 600, reason: "I look at it" };

  test.each<[status: number, of: string, order: unknown, headers: Record<string, string>]>([
    [401, "without a token", HOLD, JSON_TYPE],
    [401, "with the readers' token", HOLD, { ...bearer(READER), ...JSON_TYPE }],
    [403, "from a page of another site", HOLD, { ...AS_OPERATOR, "Sec-Fetch-Site": "cross-site" }],
    [415, "of a form", HOLD, { ...bearer(OPERATOR), "Content-Type": "text/plain" }],
    [413, "of any size", { ...HOLD, reason: "x".repeat(40_000) }, AS_OPERATOR],
    [422, "that is no JSON", "hold", AS_OPERATOR],
    [422, "without a reason", { order: "hold" }, AS_OPERATOR],
    [422, "with an empty reason", { order: "hold", reason: " " }, AS_OPERATOR],
    [422, "with a misspelled key", { ...SNOOZE, for: 60 }, AS_OPERATOR],
    [422, "without its mission", { ...SNOOZE, mission_id: undefined }, AS_OPERATOR],
    [422, "without an end", { ...SNOOZE, for_seconds: 0 }, AS_OPERATOR],
    [422, "that only a terminal gives", { ...HOLD, order: "accept-root" }, AS_OPERATOR],
    [404, "for no cell", { ...SNOOZE, mission_id: ABSENT }, AS_OPERATOR],
  ])("is refused with %d %s, and changes nothing", async (status, _, order, headers) => {
    const response = await give(order, headers);
    expect(response.status).toBe(status);
    expect(await wrongWith("/v1/orders", "post", response)).toBe("");
    expect(existsSync(paths.storeDir)).toBe(false);
  });

  test("takes effect, is logged with its reason and as given by HTTP, and is shown with the cell", async () => {
    const orders = [
      SNOOZE,
      { order: "quarantine", mission_id: MISSION.toUpperCase(), reason: "it deletes its work" },
      HOLD,
    ];
    for (const order of orders) {
      const response = await give(order);
      expect(response.status).toBe(200);
      expect(await wrongWith("/v1/orders", "post", response)).toBe("");
    }
    expect(readOrders(paths, MISSION)).toMatchObject({
      quarantine: { reason: "it deletes its work" },
    });
    expect(logged()).toMatchObject([
      { event: "snoozed", mission_id: MISSION, reason: "I look at it", via: "http" },
      { event: "quarantined", mission_id: MISSION, via: "http" },
      { event: "held", reason: "the disk is full", via: "http" },
    ]);
    const { records } = await detailOf(MISSION);
    expect(records?.supervise?.orders?.map(({ order }) => order)).toEqual([
      "hold",
      "quarantine",
      "snooze",
    ]);
    for (const order of ["resume", "release"])
      expect(
        (
          await give({
            order,
            reason: "done",
            ...(order === "release" ? { mission_id: MISSION } : {}),
          })
        ).status,
      ).toBe(200);
    expect((await detailOf(MISSION)).records?.supervise?.orders).toEqual([]);
    expect(logged().slice(-2)).toMatchObject([
      { event: "resumed", reason: "done" },
      { event: "released", reason: "done" },
    ]);
  });

  test("is refused by an endpoint without an operator's token", async () => {
    const other = await startEndpoint("script", `--root=${root}`, `--state-dir=${state_dir}`);
    const response = await other.get("/v1/orders", {
      method: "POST",
      headers: AS_OPERATOR,
      body: JSON.stringify(HOLD),
    });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("--operator-token-file");
  });
});

test("a cell's detail has its attempts without their commands, and its events", async () => {
  const clock = hostClock();
  const at = clock.now().toISOString();
  openStore(paths, clock.now(), () => {}).check();
  const claim: Claim = {
    schema_version: 1,
    root,
    mission_id: MISSION,
    digest: "0123456789abcdef",
    number: 1,
    at,
    boot_id: clock.bootId,
    uptime_seconds: clock.uptime(),
    host: "h",
    pid: 1,
    start_ticks: 1,
    command: ["restart", "--password=secret"],
    timeout_seconds: 60,
    reset_after_seconds: 60,
  };
  claimAttempt(paths, claim);
  recordOutcome(paths, claim, {
    schema_version: 1,
    ended_at: at,
    duration_ms: 3000,
    exit_code: 1,
    signal: null,
    timed_out: false,
    log_tail: "secret",
  });
  appendEvents(paths, [
    { schema_version: 1, at, event: "changed", mission_id: MISSION, from: "healthy", to: "stale" },
    { schema_version: 1, at, event: "changed", mission_id: HOSTILE, from: "healthy", to: "stale" },
  ]);
  // For a second, the endpoint may still answer with the records that it read before.
  await until(async () => (await detailOf(MISSION)).records?.supervise?.attempts?.length === 1);
  const response = await endpoint.get(`/v1/cells/${MISSION}`, { headers: bearer(READER) });
  const text = await response.clone().text();
  expect(text).not.toContain("secret");
  expect(await wrongWith("/v1/cells/{id}", "get", response)).toBe("");
  const { supervise } = (JSON.parse(text) as CellDetail).records ?? {};
  expect(supervise?.attempts).toEqual([{ number: 1, at, result: "ended with 1 after 3s" }]);
  expect(supervise?.events?.at(-1)).toMatchObject({ event: "changed", to: "stale" });
  expect(supervise?.events?.every(({ mission_id }) => mission_id === MISSION)).toBe(true);
});
