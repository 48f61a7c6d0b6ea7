/**
 * The fleet's page in Chromium while its server, or etcd, is frozen, or a look hangs: nothing stays
 * healthy for longer than a look counts, and it comes back by itself.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { OPENAPI } from "../../../lib/dev/openapi.ts";
import { createFleetReporter } from "../../../lib/fleet/fleet-reporter.ts";
import { startFeedStreams } from "../../../lib/http/event-stream.ts";
import { createFleetHandler } from "../../../lib/http/fleet/fleet-handler.ts";
import { fleetPage } from "../../../lib/http/fleet/fleet-page-route.ts";
import { startFleetPoller } from "../../../lib/http/fleet/fleet-poller.ts";
import type { FleetFacts } from "../../../lib/fleet/rules/facts.ts";
import { hostClock } from "../../../lib/host/clock.ts";
import { askedHost, cellOf as cell, deadCell, reportOf } from "../../fleet/hosts.ts";
import { browser, HAS_BROWSER, serveHealth } from "../../tools/browser.ts";
import { accessTo, startServer, stopServers } from "../../tools/etcd.ts";
import { cellOf, fleetHost, LONG } from "../../tools/fleet.ts";
import { lacking } from "../../tools/needs.ts";
import { scratch } from "../../tools/program.ts";

/** Three polls of a second, and 5 s: as long as a view trusts etcd. */
const BOUND_MS = 8000;
/** The page counts in seconds, and a busy machine is slow. */
const SLACK_MS = 4000;

const here = scratch();
const open = browser();
stopServers();
const stops: (() => unknown)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

const waitForState = (page: Page, state: string, host = "alpha") =>
  page.locator(`#hosts [data-host="${host}"][data-state="${state}"]`).waitFor();
const text = (page: Page, id: string) => page.locator(`#${id}`).textContent();

async function expectUnknown(page: Page, why: string): Promise<void> {
  await page.locator("#rows tr.not-known").first().waitFor();
  expect(await text(page, "cell-counts")).toContain("0healthy0stale");
  expect(await text(page, "cell-counts")).toContain("2not known");
  expect(await text(page, "host-counts")).toContain("0live");
  expect(await page.locator("#rows tr:not(.not-known)").count()).toBe(0);
  expect(await text(page, "unanswered")).toContain(why);
}

/** A server on a real etcd with one host, in the browser. */
async function openFleet() {
  const etcd = await startServer();
  const alpha = fleetHost(accessTo(etcd), "alpha", { times: LONG });
  await alpha.round(1, cellOf(2, "stale"));
  const config = join(here, "etcd.json");
  writeFileSync(config, JSON.stringify({ fleet_etcd: { endpoints: etcd.endpoints } }));
  const server = await serveHealth(
    "executable",
    "--fleet",
    `--config=${config}`,
    "--listen=127.0.0.1:0",
  );
  const { page, errors } = await open(server.url);
  await waitForState(page, "live");
  return { etcd, server, page, errors };
}

describe.skipIf(!HAS_BROWSER)(`the fleet's page${lacking("chromium")}`, () => {
  test.skipIf(lacking("etcd") !== "")(
    `greys everything while its server is frozen, and while etcd is${lacking("etcd")}`,
    async () => {
      const { etcd, server, page, errors } = await openFleet();
      await page.locator('#hosts [data-host="alpha"]').click();
      await page.locator("#rows tr").nth(1).waitFor();
      const frozen = performance.now();
      server.signal("SIGSTOP");
      await waitForState(page, "unknown");
      expect(performance.now() - frozen).toBeLessThan(BOUND_MS + SLACK_MS);
      await expectUnknown(page, "has not ended a look at the fleet since");
      await page.locator("#offline:not([hidden])").waitFor();
      await expectUnknown(page, "This page has had no look from its server since");
      expect(await text(page, "host-text")).toContain("2 cells: 1 healthy, 1 stale");
      server.signal("SIGCONT");
      await waitForState(page, "live");
      await page.locator("#rows tr:not(.not-known)").nth(1).waitFor();
      expect(await page.locator("#unanswered").isVisible()).toBe(false);

      const silent = performance.now();
      etcd.signal(0, "SIGSTOP");
      await waitForState(page, "unknown");
      expect(performance.now() - silent).toBeLessThan(BOUND_MS + SLACK_MS);
      await expectUnknown(page, "etcd has not answered this page's server since");
      expect(await text(page, "unanswered")).toContain("type lazarus-pit fleet check");
      etcd.signal(0, "SIGCONT");
      await waitForState(page, "live");
      expect(errors).toEqual([]);
      await server.stop();
    },
  );

  test("greys everything while a look hangs, also in a page that is opened meanwhile", async () => {
    const { url, hang, goOn } = serveLooks();
    const { page } = await open(url);
    await waitForState(page, "live");
    hang();
    await waitForState(page, "unknown");
    await expectUnknown(page, "This page's server has not ended a look at the fleet since");
    expect(await page.locator("#offline").isVisible()).toBe(false);
    const later = await open(url);
    await later.page.locator("#hosts button").first().waitFor();
    await expectUnknown(later.page, "has not ended a look");
    goOn();
    await waitForState(page, "live");
    await waitForState(later.page, "live");
  });

  test("says that a host has left the fleet while its cells are shown", async () => {
    const { url, leave } = serveLooks();
    const { page, errors } = await open(url);
    await page.locator('#hosts [data-host="alpha"]').click();
    await page.getByText("live for ").waitFor();
    await page.locator("#rows tr").nth(1).waitFor();
    leave();
    await page.getByText("The fleet has no hosts yet").waitFor();
    expect(await text(page, "host-text")).toBe("This host is not in the fleet any more.");
    expect(errors).toEqual([]);
  });

  test("shows a source that hangs as lost, and the others live all the time", async () => {
    const report = reportOf([cell(1), cell(2)]);
    let isHanging = false;
    const source = (mayHang: boolean) =>
      Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        idleTimeout: 0,
        fetch: () => (mayHang && isHanging ? new Promise<Response>(() => {}) : freshly(report)),
      });
    const servers = [source(true), source(false)];
    stops.push(...servers.map((each) => () => each.stop(true)));
    const config = join(here, "sources.json");
    const fleet_sources = servers.map(({ port }, at) => ({
      name: ["alpha", "beta"][at],
      url: `http://127.0.0.1:${port}/`,
    }));
    writeFileSync(config, JSON.stringify({ fleet_sources }));
    const flags = ["--fleet", `--config=${config}`, "--listen=127.0.0.1:0"];
    const server = await serveHealth("executable", ...flags);
    const { page } = await open(server.url);
    await waitForState(page, "live");
    isHanging = true;
    await waitForState(page, "lost");
    await waitForState(page, "live", "beta");
    expect(await page.locator("body.old").count()).toBe(0);
    isHanging = false;
    await waitForState(page, "live");
    await server.stop();
  });
});

function freshly(report: object): Response {
  const [now, next] = [0, 5000].map((ms) => new Date(Date.now() + ms).toISOString());
  return Response.json({ ...report, generated_at: now, next_expected_at: next });
}

/** A server in this process, whose looks can be held up, and whose only host can leave. */
function serveLooks() {
  const clock = hostClock();
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  let hasLeft = false;
  const look = async (): Promise<FleetFacts> => {
    await gate.promise;
    const nowMs = 1000 * clock.uptime();
    const contact = { answeredMs: nowMs, ageMs: 0 };
    const alpha = askedHost("alpha", reportOf([cell(1), deadCell(2)]), contact);
    return { kind: "etcd", answeredMs: nowMs, hosts: hasLeft ? [] : [alpha] };
  };
  const poller = startFleetPoller(createFleetReporter({ look }, clock), 500, () => {});
  const complete = () => poller.snapshot()?.document;
  const subscribe = poller.subscribe.bind(poller);
  const streams = startFeedStreams({ name: "fleet", complete, subscribe }, 4);
  const handler = createFleetHandler({ poller, streams, page: fleetPage, openapi: OPENAPI });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: async (request) => (await handler(request)) ?? new Response("", { status: 404 }),
  });
  stops.push(
    () => poller.stop(),
    () => streams.close(),
    () => server.stop(true),
  );
  const hang = () => void (gate = Promise.withResolvers());
  const leave = () => void (hasLeft = true);
  return { url: server.url.href, hang, goOn: () => gate.resolve(), leave };
}
