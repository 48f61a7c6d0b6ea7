/**
 * The fleet's page in Chromium, on 200 simulated hosts with 50 cells each.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { browser, HAS_BROWSER, type Served, serveHealth } from "../../tools/browser.ts";
import { lacking } from "../../tools/needs.ts";
import { scratch } from "../../tools/program.ts";
import { cellOf, deadCell, missionOf, reportOf } from "../../fleet/hosts.ts";

const HOSTS = 200;
const CELLS = 50;
const here = scratch();
const open = browser();
const nameOf = (at: number) => `host${String(at).padStart(3, "0")}`;

/** A host that answers with its report until it is stopped; its first cell is dead on some hosts. */
function simulate(at: number, port = 0) {
  const cells = Array.from({ length: CELLS }, (_, cell) =>
    cell === 0 && at % 20 === 0
      ? { ...deadCell(at * CELLS), title: "<b>markup</b>" }
      : cellOf(at * CELLS + cell),
  );
  const report = reportOf(cells, { host: nameOf(at) });
  return Bun.serve({
    port,
    hostname: "127.0.0.1",
    development: false,
    fetch() {
      const now = Date.now();
      const [generated_at, next_expected_at] = [now, now + 5000].map((ms) =>
        new Date(ms).toISOString(),
      );
      return new Response(JSON.stringify({ ...report, generated_at, next_expected_at }));
    },
  });
}

const servers = Array.from({ length: HOSTS }, (_, at) => simulate(at));
const CUT = 7;
afterAll(() => servers.forEach((server) => void server.stop(true)));

const button = (page: Page, at: number) => page.locator(`#hosts [data-host="${nameOf(at)}"]`);
const text = (page: Page, id: string) => page.locator(`#${id}`).textContent();

describe.skipIf(!HAS_BROWSER)(`the fleet's page${lacking("chromium")}`, () => {
  let server: Served;
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    const config = join(here, "config.json");
    const fleet_sources = servers.map(({ port }, at) => ({
      name: nameOf(at),
      url: `http://127.0.0.1:${port}/v1/report`,
    }));
    writeFileSync(config, JSON.stringify({ fleet_sources }));
    server = await serveHealth(
      "executable",
      "--fleet",
      `--config=${config}`,
      "--listen=127.0.0.1:0",
    );
    opened = await open(server.url);
    await button(opened.page, 0).waitFor();
  }, 240_000);

  test("shows all hosts and counts, and the cells that need attention first", async () => {
    const { page } = opened;
    expect(await page.locator("#hosts button").count()).toBe(HOSTS);
    expect(await text(page, "host-counts")).toStartWith("200hosts200live");
    expect(await text(page, "cell-counts")).toContain("9990healthy10stale");
    expect(await page.locator("#rows tr").count()).toBe(10);
    const first = page.locator("#rows tr").first();
    expect(await first.textContent()).toContain("<b>markup</b>");
    expect(await page.locator("#rows b").count()).toBe(0);
    expect(await first.textContent()).toContain("the process is gone");
  });

  test("greys a host that was cut off, with what was last known, and it comes back by itself", async () => {
    const { page } = opened;
    await button(page, CUT).click();
    await page
      .locator("#rows tr")
      .nth(CELLS - 1)
      .waitFor();
    const { port } = servers[CUT]!;
    await servers[CUT]!.stop(true);
    await page.locator(`#hosts [data-host="${nameOf(CUT)}"][data-state="lost"]`).waitFor();
    expect(await button(page, CUT).getAttribute("data-kind")).toBe("unknown");
    expect(await text(page, "host-text")).toContain("lost for ");
    expect(await text(page, "host-text")).toContain("50 cells: 50 healthy");
    await page
      .locator("#rows tr.not-known")
      .nth(CELLS - 1)
      .waitFor();
    expect(await page.locator("#rows tr").first().textContent()).toContain(
      "not known, was healthy",
    );
    expect(await text(page, "cell-counts")).toContain("50not known");
    servers[CUT] = simulate(CUT, port);
    await page.locator(`#hosts [data-host="${nameOf(CUT)}"][data-state="live"]`).waitFor();
    await page
      .locator("#rows tr:not(.not-known)")
      .nth(CELLS - 1)
      .waitFor();
    await page.locator("#all").click();
    await page.locator(`#rows [data-id="${missionOf(0)}"]`).waitFor();
    expect(opened.errors).toEqual([]);
    expect(opened.strangers).toEqual([]);
  });

  test("has at most 2,000 rows when all hosts are lost, says so, and greys everything", async () => {
    const { page } = opened;
    await Promise.all(servers.map((each) => each.stop(true)));
    await page.locator("#unanswered:not([hidden])").waitFor();
    expect(await text(page, "unanswered")).toContain("No host has answered this view since");
    expect(await page.locator("#rows tr").count()).toBe(2000);
    expect(await text(page, "more")).toContain("8000 more are not shown");
    expect(await page.locator("body.old").count()).toBe(1);
    expect(await page.locator("#suspect").isVisible()).toBe(true);
  });

  test("says that the connection is lost when the server stops", async () => {
    await server.stop();
    await opened.page.locator("#offline:not([hidden])").waitFor();
    expect(await text(opened.page, "offline")).toContain("Connection lost since");
  });
});
