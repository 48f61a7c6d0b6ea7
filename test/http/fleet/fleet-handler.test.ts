/**
 * The routes of `serve-health --fleet`, in the test's own process and on the real program.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { OPENAPI } from "../../../lib/dev/openapi.ts";
import { FleetOverview } from "../../../lib/contract/fleet-report.ts";
import { createFleetReporter } from "../../../lib/fleet/fleet-reporter.ts";
import type { HostFacts } from "../../../lib/fleet/rules/facts.ts";
import { startFeedStreams } from "../../../lib/http/event-stream.ts";
import { createFleetHandler } from "../../../lib/http/fleet/fleet-handler.ts";
import { startFleetPoller } from "../../../lib/http/fleet/fleet-poller.ts";
import { fleetPage } from "../../../lib/http/fleet/fleet-page-route.ts";
import {
  withChanges,
  type FleetChanges,
  type FleetDocument,
} from "../../../lib/http/fleet/rules/fleet-feed.ts";
import { askedHost, cellOf, deadCell, NOW, NOW_MS, reportOf } from "../../fleet/hosts.ts";
import { startEndpoint, stopEndpoints, until } from "../../tools/endpoint.ts";
import { command, ONE_FORM, run, scratch } from "../../tools/program.ts";

const TOKEN = "the-token-of-the-endpoint";
const LOST = { failures: 3, failure: "it refuses the connection" };
const BAD = cellOf(3, { status: "incomplete", attention: "critical", labels: { team: "a" } });
const stops: (() => void)[] = [];
afterAll(() => stops.forEach((stop) => stop()));
stopEndpoints();

/** An endpoint of hosts that can be exchanged. */
async function endpointOf(first: readonly HostFacts[], token?: string) {
  let hosts = first;
  const view = { look: async () => ({ kind: "sources" as const, answeredMs: NOW_MS, hosts }) };
  const next = createFleetReporter(view, { now: () => NOW, uptime: () => NOW_MS / 1000 });
  const poller = startFleetPoller(next, 20, (error) => {
    throw error;
  });
  const feed = {
    name: "fleet",
    complete: () => poller.snapshot()?.document,
    subscribe: poller.subscribe.bind(poller),
  };
  const streams = startFeedStreams(feed, 2);
  stops.push(
    () => poller.stop(),
    () => streams.close(),
  );
  await until(() => poller.snapshot() !== undefined);
  const handler = createFleetHandler({
    poller,
    streams,
    token,
    page: fleetPage,
    openapi: OPENAPI,
  });
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await handler(new Request(`http://localhost${path}`, init));
    return response ?? new Response("", { status: 404 });
  };
  const exchange = (others: readonly HostFacts[]) => void (hosts = others);
  return { get, exchange };
}

const FLEET = [
  askedHost("alpha", reportOf([cellOf(1), deadCell(2)])),
  askedHost("beta", reportOf([BAD]), LOST),
];
const json = async (response: Response | Promise<Response>) =>
  (await (await response).json()) as Record<string, never>;

describe("the endpoint of a fleet", () => {
  test("/v1/fleet is the report without cells, and 304 while it is the same", async () => {
    const { get } = await endpointOf(FLEET);
    const overview = await json(get("/v1/fleet"));
    expect(v.is(v.strictObject(FleetOverview.entries), overview)).toBe(true);
    const star = await get("/v1/fleet", { headers: { "If-None-Match": "*" } });
    expect(star.status).toBe(304);
  });

  test.each([
    ["", 3],
    ["?host=alpha", 2],
    ["?host=alpha,beta&status=stale", 1],
    ["?status=not_known", 1],
    ["?known=false", 1],
    ["?known=true", 2],
    ["?label=team%3Da", 1],
    ["?label=team%3Db", 0],
    ["?host=gamma", 0],
  ])("/v1/fleet/cells%s selects %d", async (query, count) => {
    const { get } = await endpointOf(FLEET);
    expect((await json(get(`/v1/fleet/cells${query}`)))["cells"]).toHaveLength(count);
  });

  test.each(["?status=dead", "?known=maybe", "?frob=1"])(
    "/v1/fleet/cells%s is 400",
    async (query) => {
      const { get } = await endpointOf(FLEET);
      expect((await get(`/v1/fleet/cells${query}`)).status).toBe(400);
    },
  );

  test("/v1/fleet/hosts/NAME is a host with its last report; 404 for another", async () => {
    const { get } = await endpointOf(FLEET);
    expect(await json(get("/v1/fleet/hosts/beta"))).toMatchObject({
      host: { state: "lost", why: "it refuses the connection" },
      report: { cells: [{ status: "incomplete" }] },
    });
    expect((await get("/v1/fleet/hosts/gamma")).status).toBe(404);
  });

  test.each(["/v1/report", "/v1/jobs", "/v1/cells", "/v1/orders"])("%s is 404", async (path) => {
    const { get } = await endpointOf(FLEET);
    expect((await get(path)).status).toBe(404);
  });

  test("a lost host is a warning of /health, no answer is a failure", async () => {
    const { get, exchange } = await endpointOf(FLEET);
    expect(await json(get("/health"))).toMatchObject({ status: "warn", hosts: { lost: 1 } });
    expect((await get("/readyz")).status).toBe(200);
    exchange([askedHost("alpha", reportOf(), LOST)]);
    await until(async () => (await get("/health")).status === 503);
    exchange([{ ...askedHost("alpha", undefined, { isAsked: false }), report: undefined }]);
    await until(async () => (await get("/readyz")).status === 503);
    exchange([askedHost("alpha", reportOf([cellOf(1)]))]);
    await until(async () => (await json(get("/health")))["status"] === "pass");
  });

  test("a token guards everything but the probes and the page", async () => {
    const { get } = await endpointOf(FLEET, TOKEN);
    const status = async (path: string, init?: RequestInit) => (await get(path, init)).status;
    for (const path of [
      "/v1/fleet",
      "/v1/fleet/cells",
      "/v1/fleet/hosts/alpha",
      "/v1/events",
      "/metrics",
    ])
      expect([path, await status(path)]).toEqual([path, 401]);
    for (const path of ["/", "/livez", "/readyz", "/health", "/openapi.json"])
      expect([path, await status(path)]).toEqual([path, 200]);
    expect(await json(get("/health"))).toEqual({ status: "warn", ok: true } as never);
    const headers = { Authorization: `Bearer ${TOKEN}` };
    expect(await status("/metrics", { headers })).toBe(200);
    expect(await status("/v1/fleet", { method: "POST", headers })).toBe(405);
  });

  test("a stream begins with the fleet, and its changes lead to the next document", async () => {
    const { get, exchange } = await endpointOf(FLEET);
    const reader = (await get("/v1/events")).body!.getReader();
    let text = "";
    const eventsOf = (name: string) =>
      [...text.matchAll(new RegExp(`^event: ${name}\ndata: (.*)\n\n`, "gm"))].map(
        ([, data = ""]) => JSON.parse(data) as unknown,
      );
    const readUntil = async (isThere: () => boolean) => {
      while (!isThere()) text += new TextDecoder().decode((await reader.read()).value);
    };
    await readUntil(() => eventsOf("fleet").length > 0);
    let document = eventsOf("fleet")[0] as FleetDocument;
    expect(document.cells.map(({ host, known }) => [host, known])).toEqual([
      ["alpha", true],
      ["beta", false],
    ]);
    exchange([askedHost("gamma", reportOf([BAD]))]);
    const changes = () => eventsOf("changes") as FleetChanges[];
    await readUntil(() => changes().some(({ gone }) => gone.length > 0));
    for (const each of changes()) document = withChanges(document, each);
    expect(document.hosts.map(({ name }) => name)).toEqual(["gamma"]);
    expect(document.cells.map(({ host, known }) => [host, known])).toEqual([["gamma", true]]);
    expect(changes().find(({ gone }) => gone.length === 0)?.cells).toBeUndefined();
    await reader.cancel();
  });
});

/** Whether a process ended; a zombie has. */
const isGone = (pid: string): boolean =>
  !existsSync(`/proc/${pid}/stat`) || /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

describe.each(ONE_FORM)("serve-health --fleet (%s)", (form) => {
  const here = scratch();
  const file = join(here, "alpha.json");
  const report = { ...reportOf([cellOf(1)]), generated_at: new Date().toISOString() };
  writeFileSync(file, JSON.stringify({ ...report, next_expected_at: undefined }));
  const pid = join(here, "pid");
  const sleeping = ["sh", "-c", `echo $$ >${pid}; exec sleep 600`];
  const sources = JSON.stringify([
    { name: "alpha", file },
    { name: "sleeping", command: sleeping },
  ]);

  test("serves what it is configured for, and kills its commands when it stops", async () => {
    const endpoint = await startEndpoint(form, "--fleet", `--fleet-sources=${sources}`);
    expect(await json(endpoint.get("/v1/fleet"))).toMatchObject({
      summary: { hosts: { total: 2, live: 1 }, cells: { healthy: 1 } },
    });
    expect(await (await endpoint.get("/")).text()).toContain("Lazarus Pit: fleet");
    expect(await endpoint.stop()).toMatchObject({ code: 0, stderr: "" });
    await until(() => isGone(readFileSync(pid, "utf8").trim()));
  });

  test.each<[string, string[], number, string]>([
    ["without hosts", [], 78, "neither fleet_sources nor fleet_etcd is set"],
    ["with a root", ["--root=/x"], 64, "--root together with --fleet"],
    ["beyond this host without a token", ["--listen=0.0.0.0:0"], 78, "without a token"],
  ])("%s is refused", async (_, args, code, message) => {
    const ended = await run([...command(form, "serve-health"), "--fleet", ...args]);
    expect(ended).toEqual({ code, stdout: "", stderr: expect.stringContaining(message) });
  });
});
