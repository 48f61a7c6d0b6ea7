/**
 * Pictures of the page from a fixed root, in dist/pictures/: with 0, 7 and 2,000 cells, sick and well,
 * light and dark, from a phone to a wide screen, and on paper. On each, axe finds nothing, nothing is cut
 * off, and the verdict and the first cell are in the first screen. `npm run picture` renews the picture in README.md.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "bun:test";
import { until } from "../tools/background.ts";
import { browser, HAS_BROWSER, serveHealth } from "../tools/browser.ts";
import { lacking } from "../tools/needs.ts";
import { type PicturedPlaces, writePicturedRoot, writeWellRoot } from "../tools/pictured.ts";
import { scratch } from "../tools/program.ts";

const PICTURES = join(import.meta.dir, "../../dist/pictures");
const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
mkdirSync(PICTURES, { recursive: true });

const open = browser();
const home = scratch();
const WIDTHS = [360, 800, 1600] as const;
const SCHEMES = ["light", "dark"] as const;

/** What axe finds, as texts; empty if nothing is wrong. `evaluate` is not bound by the page's policy. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join("; ")))`,
  );
}

const shot = (page: Page, name: string) =>
  page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled" });

const isCutOff = (page: Page) =>
  page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");

/** Whether the whole element is on the screen without scrolling. */
const isOnFirstScreen = (page: Page, selector: string) =>
  page.evaluate<boolean>(
    `(scrollTo(0, 0), document).querySelector(${JSON.stringify(selector)}).getBoundingClientRect().bottom <= innerHeight`,
  );

/** Writes a root under this name, and starts an endpoint for it. */
function servePictured(name: string, write: (places: PicturedPlaces) => void) {
  const placeOf = (what: string) => join(home, `${what}-${name}`);
  const [root, state_dir, heartbeats] = ["missions", "state", "heartbeats"].map(placeOf);
  const places = { root, state_dir, heartbeats } as PicturedPlaces;
  write(places);
  const flags = [`--root=${root}`, `--state-dir=${state_dir}`, `--heartbeat-dir=${heartbeats}`];
  return serveHealth("script", ...flags, "--listen=127.0.0.1:0");
}

/** Neither the scratch directory nor this machine is of interest to a reader. Each scan draws them anew. */
const hidePlace = (page: Page) =>
  page.evaluate(`{
    const place = document.querySelector("#place");
    const hide = () => place.textContent === NAME || (place.textContent = NAME);
    const NAME = "/var/missions on build-1";
    new MutationObserver(hide).observe(place, { childList: true });
    hide();
  }`);

const BAD = /^(Critical|Unknown): /;
const ROOTS = [
  ["0", 0, BAD, writePicturedRoot],
  ["7", 7, BAD, writePicturedRoot],
  ["2000", 2000, BAD, writePicturedRoot],
  ["7-well", 7, /^All is well: nothing needs a person$/, writeWellRoot],
  ["2000-well", 2000, /^All is well: nothing needs a person$/, writeWellRoot],
] as const;

describe.skipIf(!HAS_BROWSER)(`pictures of the page${lacking("chromium")}`, () => {
  test.each(ROOTS)(
    "with %s cells tell what needs a person",
    async (name, count, verdict, write) => {
      const server = await servePictured(name, (places) => write(places, count));
      const { page, errors } = await open(server.url, { viewport: { width: 1600, height: 1000 } });
      await page.getByRole("heading", { name: verdict }).waitFor();
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: width === 360 ? 640 : 1000 });
          await page.reload();
          await page.getByRole("heading", { name: verdict }).waitFor();
          await hidePlace(page);
          // A banner about a late scan, on a busy machine, comes and goes.
          if (count > 0) await until(() => isOnFirstScreen(page, "#rows tr"));
          await shot(page, `${name}-${colorScheme}-${width}`);
          expect(await isCutOff(page)).toBe(false);
          expect(await isOnFirstScreen(page, "#verdict")).toBe(true);
        }
        expect(await faultsOf(page)).toEqual([]);
      }
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      for (const [paper, width] of [
        ["a4", 718],
        ["wide", 1600],
      ] as const) {
        await page.setViewportSize({ width, height: 1000 });
        await shot(page, `${name}-printed-${paper}`);
        expect(await isCutOff(page)).toBe(false);
      }
      expect(errors).toEqual([]);
      await server.stop();
    },
  );

  test("of an open cell tell what to do, what was tried, and its history", async () => {
    const server = await servePictured("open", (places) => writePicturedRoot(places, 7));
    const { page, errors } = await open(server.url, { viewport: { width: 1200, height: 900 } });
    await page.getByRole("button", { name: "Port the parser to Rust" }).last().waitFor();
    await hidePlace(page);
    await shot(page, "readme");
    await page.getByRole("button", { name: "Port the parser to Rust" }).last().click();
    await page.getByText("Of the last 30 days").waitFor();
    const texts = await page.locator("#cell").textContent();
    for (const text of [
      "Ada Byron",
      "Replace the C parser",
      "handoff.json",
      "Snoozed",
      "issues/41",
    ])
      expect(texts).toContain(text);
    expect(await page.locator(".strip > *").evaluateAll((bars) => bars.length)).toBe(30);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width === 360 ? 740 : 1600 });
        await shot(page, `cell-${colorScheme}-${width}`);
      }
      expect(await faultsOf(page)).toEqual([]);
    }
    expect(errors).toEqual([]);
    await server.stop();
  });
});
