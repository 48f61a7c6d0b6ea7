import { expect, describe, test } from "bun:test";
import * as v from "valibot";
import type { Endpoint } from "../lib/edges/http/reads.ts";
import { type Source, startSource } from "../lib/edges/http/source.ts";
import { Report } from "../lib/schemas/report.ts";
import { idOf } from "./tools/cells.ts";
import { until } from "./tools/endpoint.ts";
import { handlerOf, reportOf, scansByHand, sourceOf } from "./tools/sources.ts";

const WELL = idOf(1);
const LATE = idOf(2);
const BROKEN = idOf(3);
const PAUSED = idOf(4);
const TOKEN = "the-token-of-the-endpoint";
const BY_TOKEN = { headers: { Authorization: `Bearer ${TOKEN}` } };

const MIXED = reportOf(
  {
    [WELL]: {},
    [LATE]: { age: 4000 },
    [BROKEN]: { config: { outcome: "absent" } },
    [PAUSED]: { mission: { status: "paused" } },
  },
  { [WELL]: { team: "core", tier: "1" }, [LATE]: { team: "web" } },
);
const source = await sourceOf(MIXED);

async function answerOf(
  path: string,
  init: RequestInit = {},
  wanted: Partial<Endpoint> = {},
  from: Source = source,
): Promise<Response> {
  const response = await handlerOf(from, wanted)(new Request(`http://localhost${path}`, init));
  if (response === undefined) throw new Error(`${path} is none of its paths`);
  return response;
}

const idsOf = async (query: string) =>
  ((await (await answerOf(`/v1/report${query}`)).json()) as Report).cells.map(
    ({ mission_id }) => mission_id,
  );

const healthOf = async (from: Source) => {
  const response = await answerOf("/health", {}, {}, from);
  return { code: response.status, ...((await response.json()) as object) };
};

const statusFor = async (host: string | undefined, hosts: readonly string[] | undefined) => {
  const headers: Record<string, string> = host === undefined ? {} : { Host: host };
  return (await answerOf("/livez", { headers }, { hosts })).status;
};

const READS: readonly (readonly [path: string, status: number, type: string])[] = [
  ["/livez", 200, "text/plain; charset=utf-8"],
  ["/readyz", 200, "text/plain; charset=utf-8"],
  ["/health", 200, "application/health+json"],
  ["/v1/report", 200, "application/json"],
  ["/v1/report?status=stale", 200, "application/json"],
  [`/v1/cells/${WELL}`, 200, "application/json"],
  [`/v1/cells/${idOf(9)}`, 404, "application/json"],
  ["/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"],
  ["/openapi.json", 200, "application/json"],
];

describe("what is read", () => {
  test.each(READS)(
    "GET %s gives %p, and HEAD the same without a body",
    async (path, status, type) => {
      const got = await answerOf(path);
      const head = await answerOf(path, { method: "HEAD" });
      expect([got.status, got.headers.get("Content-Type")]).toEqual([status, type]);
      const { byteLength } = await got.arrayBuffer();
      expect(byteLength).toBeGreaterThan(0);
      expect(head.body).toBeNull();
      expect(Object.fromEntries(head.headers)).toEqual({
        ...Object.fromEntries(got.headers),
        "content-length": `${byteLength}`,
      });
    },
  );

  test.each(READS)("%s may not be kept, and its type is not guessed", async (path) => {
    const { headers, status } = await answerOf(path);
    const isReport = path.startsWith("/v1/report");
    expect(headers.get("Cache-Control")).toBe(isReport && status === 200 ? "no-cache" : "no-store");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  test("HEAD /v1/events opens no stream", async () => {
    const head = await answerOf("/v1/events", { method: "HEAD" });
    expect([head.status, head.headers.get("Content-Type"), head.body]).toEqual([
      200,
      "text/event-stream",
      null,
    ]);
  });

  test.each([...READS.map(([path]) => path), "/", "/v1/events"])(
    "%s refuses every other method with 405, and says which it takes",
    async (path) => {
      for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        const response = await answerOf(path, { method });
        expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
        expect(await response.json()).toMatchObject({ error: { code: "method_not_allowed" } });
      }
    },
  );

  test("a cell's heartbeat takes PUT alone, and the page is given as it is", async () => {
    const path = `/v1/cells/${WELL}/heartbeat`;
    for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
      const { status, headers } = await answerOf(path, { method });
      expect([status, headers.get("Allow")]).toEqual([405, "PUT"]);
    }
    expect(await (await answerOf(path, { method: "PUT" })).text()).toBe("beat");
    expect(await (await answerOf("/")).text()).toBe("page");
  });

  test.each([
    "/nothing",
    "/v1",
    "/v1/report/",
    "/V1/REPORT",
    "/health/",
    "/v1/cells/",
    "/v1/cells/no-id",
    `/v1/cells/${WELL}/`,
    `/v1/cells/${WELL}/logs`,
    "/constructor",
    "/__proto__",
    "/v1/cells/..%2f..%2fetc%2fpasswd",
  ])("%s is none of its paths", (path) => {
    expect(handlerOf(source)(new Request(`http://localhost${path}`))).toBeUndefined();
  });
});

describe("/v1/report", () => {
  test("is the last report, and says when the next is due", async () => {
    const told = v.parse(Report, await (await answerOf("/v1/report")).json());
    expect(told).toEqual({ ...MIXED, next_expected_at: told.next_expected_at });
    expect(Date.parse(told.next_expected_at ?? "")).toBe(
      Date.parse(MIXED.generated_at) + 3_600_000,
    );
  });

  test.each([
    ["?status=stale", [LATE]],
    ["?status=stale,incomplete", [LATE, BROKEN]],
    ["?status=stale&status=healthy", [WELL, LATE, PAUSED]],
    ["?status=uninitialized", []],
    ["?label=team", [WELL, LATE]],
    ["?label=team=core", [WELL]],
    ["?label=team%3Dcore&label=tier%3D1", [WELL]],
    ["?label=team=core&label=tier=2", []],
    ["?label=toString", []],
    ["?status=stale&label=team=core", []],
  ])("%s", async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  test("counts all cells also where it shows some", async () => {
    const { summary } = (await (await answerOf("/v1/report?status=stale")).json()) as Report;
    expect(summary).toEqual(MIXED.summary);
  });

  test.each(["?status=sick", "?status=", "?status=stale,", "?sort=id", "?status=stale&x=1"])(
    "%s is refused with 400",
    async (query) => {
      const response = await answerOf(`/v1/report${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: "bad_filter" } });
    },
  );

  test("is not sent again to one who has it", async () => {
    const etag = (await answerOf("/v1/report")).headers.get("ETag") ?? "";
    expect(etag).toMatch(/^"[^"]+"$/);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const response = await answerOf("/v1/report", { headers: { "If-None-Match": known } });
      expect([response.status, response.body]).toEqual([304, null]);
      expect(response.headers.get("ETag")).toBe(etag);
    }
    const other = await answerOf("/v1/report", { headers: { "If-None-Match": '"x"' } });
    expect(other.status).toBe(200);
  });

  test("has another ETag after the next scan", async () => {
    const scans = scansByHand();
    const changing = startSource({ scan: scans.scan, intervalMs: 10 });
    const etag = async () => (await answerOf("/v1/report", {}, {}, changing)).headers.get("ETag");
    await scans.give(MIXED);
    const first = await etag();
    await Bun.sleep(30);
    await scans.give(MIXED);
    changing.stop();
    expect(await etag()).not.toBe(first);
  });
});

describe("/v1/cells/<id>", () => {
  test.each([
    [WELL, "healthy"],
    [LATE, "stale"],
    [BROKEN, "incomplete"],
    [PAUSED, "resting"],
  ])("%s names the rule that decided: %s", async (id, row) => {
    const told = (await (await answerOf(`/v1/cells/${id.toUpperCase()}`)).json()) as object;
    const cell = MIXED.cells.find(({ mission_id }) => mission_id === id);
    expect(told).toEqual({ cell, row, because: expect.any(String), changes: [] });
  });

  test("tells the cell's changes since the start, newest first", async () => {
    const scans = scansByHand();
    const changing = startSource({ scan: scans.scan, intervalMs: 10 });
    for (const age of [0, 4000, 0]) {
      await scans.give(reportOf({ [WELL]: { age } }));
      await Bun.sleep(30);
    }
    changing.stop();
    const told = await (await answerOf(`/v1/cells/${WELL}`, {}, {}, changing)).json();
    expect(told).toMatchObject({
      changes: [
        { from: "stale", to: "healthy" },
        { from: "healthy", to: "stale", problems: [{ code: "heartbeat-old" }] },
      ],
    });
  });
});

describe("/health and /readyz", () => {
  test("pass where every cell is well, or rests", async () => {
    const well = await sourceOf(
      reportOf({ [WELL]: {}, [PAUSED]: { mission: { status: "paused" } } }),
    );
    expect(await healthOf(well)).toMatchObject({ code: 200, status: "pass", ok: true });
    expect((await answerOf("/readyz", {}, {}, well)).status).toBe(200);
  });

  test("warn, and are ready, where a cell is sick: it must pull no gateway", async () => {
    expect(await healthOf(source)).toMatchObject({
      code: 200,
      status: "warn",
      ok: true,
      checks: {
        "scan:age": [{ observedValue: 0, observedUnit: "s", status: "pass" }],
        "cells:stale": [{ observedValue: 1 }],
        "cells:healthy": [{ observedValue: 2 }],
      },
    });
    expect((await answerOf("/readyz")).status).toBe(200);
  });

  test("fail before the first scan, as what needs one does", async () => {
    const scans = scansByHand();
    const waiting = startSource({ scan: scans.scan, intervalMs: 3_600_000 });
    expect(await healthOf(waiting)).toMatchObject({
      code: 503,
      status: "fail",
      ok: false,
      output: "no scan has succeeded yet",
    });
    for (const path of ["/readyz", "/v1/report", `/v1/cells/${WELL}`, "/metrics"])
      expect((await answerOf(path, {}, {}, waiting)).status).toBe(503);
    expect((await answerOf("/livez", {}, {}, waiting)).status).toBe(200);
    waiting.stop();
  });

  test.each(["hangs", "fails"])(
    "fail once the scan %s, and tell the last one's age",
    async (how) => {
      const scans = scansByHand();
      let failed = 0;
      const plan = { scan: scans.scan, intervalMs: 400, onError: () => (failed += 1) };
      const sick = startSource(plan);
      await scans.give(MIXED);
      expect(await healthOf(sick)).toMatchObject({ code: 200 });
      await until(async () => {
        if (how === "fails") await scans.fail(new Error("no disk at /secret/root"));
        return (await answerOf("/readyz", {}, {}, sick)).status === 503;
      });
      sick.stop();
      expect(await (await answerOf("/readyz", {}, {}, sick)).text()).toBe(
        "not ready: the last good scan is 1 s old\n",
      );
      expect(await healthOf(sick)).toMatchObject({
        code: 503,
        status: "fail",
        ok: false,
        output: "the last good scan is 1 s old",
        checks: { "scan:age": [{ observedValue: 1, status: "fail" }] },
      });
      // What was known is still shown.
      expect((await answerOf("/v1/report", {}, {}, sick)).status).toBe(200);
      expect(failed > 0).toBe(how === "fails");
      expect(sick.errors()).toBe(failed);
    },
  );

  test("are well again after the next good scan", async () => {
    const scans = scansByHand();
    const source2 = startSource({ scan: scans.scan, intervalMs: 20 });
    await scans.give(MIXED);
    await Bun.sleep(150);
    expect(await healthOf(source2)).toMatchObject({ code: 503 });
    await scans.give(MIXED);
    source2.stop();
    expect(await healthOf(source2)).toMatchObject({ code: 200 });
  });

  test("no request starts a scan", async () => {
    let scans = 0;
    const counted = startSource({
      scan: async () => ((scans += 1), MIXED),
      intervalMs: 3_600_000,
    });
    await Bun.sleep(0);
    for (const [path] of READS) await answerOf(path, {}, {}, counted);
    counted.stop();
    expect(scans).toBe(1);
  });
});

describe("with a token", () => {
  const GUARDED = [
    "/v1/report",
    `/v1/cells/${WELL}`,
    `/v1/cells/${idOf(9)}`,
    "/metrics",
    "/v1/events",
  ];
  const withToken = { token: TOKEN };

  test.each(GUARDED)("%s needs it", async (path) => {
    for (const method of ["GET", "HEAD"])
      for (const given of [
        "",
        "Bearer",
        "Bearer wrong",
        `Basic ${TOKEN}`,
        `Bearer ${TOKEN}x`,
        TOKEN,
      ]) {
        const init = { method, headers: { Authorization: given } };
        const response = await answerOf(path, init, withToken);
        expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([
          401,
          "Bearer",
        ]);
      }
    const { status } = await answerOf(path, { ...BY_TOKEN, method: "HEAD" }, withToken);
    expect(status).not.toBe(401);
  });

  test.each(["/livez", "/readyz", "/openapi.json", "/"])("%s is open", async (path) => {
    expect((await answerOf(path, {}, withToken)).status).toBe(200);
  });

  test("/health tells a stranger its bare status, and all to one who knows it", async () => {
    const handler = handlerOf(source, withToken);
    const read = async (init: RequestInit) =>
      (await handler(new Request("http://localhost/health", init)))?.json() as Promise<object>;
    // In turn, so that neither is given the other's from memory.
    for (let turn = 0; turn < 2; turn++) {
      expect(await read({})).toEqual({ status: "warn", ok: true });
      expect(await read(BY_TOKEN)).toMatchObject({ version: expect.any(String), checks: {} });
    }
  });
});

describe("the name it is asked by", () => {
  test.each([
    "localhost",
    "LOCALHOST:8471",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]:8471",
    "Health.Example:443",
    "",
    undefined,
  ])("may be %p", async (host) => {
    expect(await statusFor(host, ["health.example"])).toBe(200);
  });

  test.each([
    "evil.example",
    "evil.example:8471",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "127.0.0.1, evil.example",
    "127.0.0.1@evil.example",
    "127.0.0.1:8471:1",
    "0.0.0.0",
    "[::2]",
  ])("may not be %p, on any path", async (host) => {
    expect(await statusFor(host, ["health.example"])).toBe(403);
    for (const path of ["/health", "/v1/report", "/", `/v1/cells/${WELL}/heartbeat`])
      expect((await answerOf(path, { headers: { Host: host } }, { hosts: [] })).status).toBe(403);
  });

  test("does not matter where no browser can be made to ask", async () => {
    expect(await statusFor("evil.example", undefined)).toBe(200);
  });
});

test("metrics name cells, or none where that is not wanted", async () => {
  const all = await (await answerOf("/metrics")).text();
  const few = await (await answerOf("/metrics", {}, { perCellMetrics: false })).text();
  expect(all).toContain(`mission_cell_status{mission_id="${LATE}",status="stale"} 1\n`);
  expect(all).toContain("lazarus_pit_scan_errors_total 0\n");
  expect(few).toContain('mission_cells{status="stale"} 1\n');
  expect(few).not.toContain("mission_id");
});

test("no refusal shows a path of the host, or what was asked", async () => {
  const asked: readonly (readonly [string, RequestInit, Partial<Endpoint>])[] = [
    ["/v1/report?status=%3Cscript%3E", {}, {}],
    ["/v1/report", { method: "POST" }, {}],
    ["/v1/report", { headers: { Host: "<script>" } }, { hosts: [] }],
    ["/v1/report", { headers: { Authorization: "Bearer <script>" } }, { token: TOKEN }],
    [`/v1/cells/${idOf(9)}`, {}, {}],
  ];
  for (const [path, init, wanted] of asked) {
    const response = await answerOf(path, init, wanted);
    const text = await response.text();
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/script|secret|\.ts|\bat /);
  }
});
