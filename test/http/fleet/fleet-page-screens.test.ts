/** The fleet's page on a phone and on a wide screen, and while its server asks for a token. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cellOf, deadCell, reportOf } from "../../fleet/hosts.ts";
import { browser, HAS_BROWSER, type Served, serveHealth } from "../../tools/browser.ts";
import { lacking } from "../../tools/needs.ts";
import { scratch } from "../../tools/program.ts";

const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const TOKENS = [
  "a-token-that-nobody-would-guess",
  "another-token-that-nobody-would-guess",
] as const;
const LONG_NAME = "a-host-with-a-long-name.eu-central-1.compute.internal.example.org";

const open = browser();
const here = scratch();
const tokenFile = join(here, "token");
const writeToken = (token: string) => writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });

const cells = [
  { ...deadCell(1), title: "x".repeat(200) },
  { ...deadCell(2), title: "مرحبا <b>x</b> \u202e abc" },
  cellOf(3),
];
const source = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch() {
    const [now, next] = [0, 5000].map((ms) => new Date(Date.now() + ms).toISOString());
    return Response.json({ ...reportOf(cells), generated_at: now, next_expected_at: next });
  },
});
afterAll(() => source.stop(true));

describe.skipIf(!HAS_BROWSER)(`the fleet's page${lacking("chromium")}`, () => {
  let server: Served;
  beforeAll(async () => {
    writeToken(TOKENS[0]);
    const url = `http://127.0.0.1:${source.port}/`;
    // Both have the same missions, and the last one is lost.
    const fleet_sources = [
      { name: "alpha", url },
      { name: LONG_NAME, url },
      { name: "lost", url: "http://127.0.0.1:1/" },
    ];
    const config = join(here, "config.json");
    writeFileSync(config, JSON.stringify({ fleet_sources }));
    const flags = ["--fleet", `--config=${config}`, "--listen=127.0.0.1:0"];
    server = await serveHealth("executable", ...flags, `--token-file=${tokenFile}`);
  });

  /** Opens the page, and enters the first token. */
  async function openWithToken(options: Parameters<typeof open>[1] = {}) {
    const opened = await open(server.url, options);
    await opened.page.getByLabel("Token").fill(TOKENS[0]);
    await opened.page.keyboard.press("Enter");
    await opened.page.locator("#rows tr").first().waitFor();
    return opened;
  }

  test.each([
    [360, "light"],
    [360, "dark"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)("fits %d pixels (%s), and axe finds nothing", async (width, colorScheme) => {
    const { page, errors } = await openWithToken({ viewport: { width, height: 800 }, colorScheme });
    for (const greyed of [false, true]) {
      await page.evaluate(`document.body.classList.toggle("old", ${greyed})`);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(await page.evaluate("document.querySelector('table').scrollWidth")).toBeLessThan(
        width,
      );
      const heights = "[...document.querySelectorAll('#rows tr')].map((row) => row.offsetHeight)";
      expect(Math.max(...(await page.evaluate<number[]>(heights)))).toBeLessThan(400);
      await page.evaluate(AXE);
      expect(await page.evaluate("axe.run().then(({ violations }) => violations)")).toEqual([]);
    }
    expect(errors).toEqual([]);
  });

  test("shows nothing, and tells of no loss, while its server asks for another token", async () => {
    const { page, errors } = await openWithToken();
    writeToken(TOKENS[1]);
    server.signal("SIGHUP");
    await page.getByText("The server refused this token.").waitFor();
    // A later moment, as the page sees it, at which the last look counts no more.
    await page.evaluate(`((now) => { Date.now = () => now() + 3_600_000 })(Date.now)`);
    await page.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`);
    expect(await page.locator("#fleet, .banner").filter({ visible: true }).count()).toBe(0);
    await page.getByLabel("Token").fill(TOKENS[1]);
    await page.keyboard.press("Enter");
    await page.locator("#rows tr").first().waitFor();
    expect(await page.locator(".banner").filter({ visible: true }).count()).toBe(0);
    expect(errors).toEqual([]);
  });
});
