/** What the page shows, and that it can be used by keyboard, on small screens and with enough contrast. */
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { browser, HAS_BROWSER, type Served, serveHealth } from "../tools/browser.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const open = browser();
const here = scratch();
const WELL = idOf(1);
const LATE = idOf(2);
const BROKEN = idOf(3);
const ENDED = idOf(4);
const EMPTY = idOf(5);

/** A root with a cell of each kind. */
function mixedRoot(name: string): string {
  const root = join(here, name);
  writeCell(root, WELL, { title: "Fix the flaky tests", mission: { labels: { team: "core" } } });
  writeCell(root, LATE, { title: "Port the parser", age: 4000, state: "thinking" });
  writeCell(root, BROKEN, { title: "Audit dependencies" });
  writeJson(join(root, BROKEN), CELL_FILES.heartbeat, "{");
  writeCell(root, ENDED, { title: "Backfill invoices", age: 9000, status: "failed" });
  mkdirSync(join(root, EMPTY));
  mkdirSync(join(root, "lost+found"));
  return root;
}

const row = (page: Page, id: string) => page.locator(`#rows tr[data-id="${id}"]`);
const titles = (page: Page) => page.locator("#rows .open bdi").allTextContents();
const focused = (page: Page) => page.evaluate("document.activeElement.closest('tr')?.dataset.id");

describe.skipIf(!HAS_BROWSER)(`the page${lacking("chromium")}`, () => {
  let server: Served;
  beforeAll(async () => {
    const flags = ["--root", mixedRoot("mixed"), `--heartbeat-dir=${join(here, "no-jobs")}`];
    server = await serveHealth("script", ...flags, "--listen=127.0.0.1:0");
  });

  test("shows every cell, worst first, with its first problem in words", async () => {
    const { page, errors, strangers } = await open(server.url);
    await row(page, WELL).waitFor();
    expect(await page.locator("#rows tr").evaluateAll((rows) => rows.length)).toBe(5);
    expect(await page.locator("#rows .badge").allTextContents()).toEqual([
      "incomplete",
      "stale",
      "uninitialized",
      "resting (failed)",
      "healthy",
    ]);
    expect(await row(page, BROKEN).locator(".c-problem").textContent()).toContain("it was cut off");
    expect(await row(page, WELL).textContent()).toContain("team=core");
    expect(await page.locator("#ignored summary").textContent()).toBe("1 entry that is not a cell");
    expect(await page.locator("#jobs").isHidden()).toBe(true);
    expect({ errors, strangers }).toEqual({ errors: [], strangers: [] });
  });

  test("shows the cron jobs, worst first, as text, and as they change", async () => {
    const beats = join(here, "beats");
    mkdirSync(beats);
    const record = (job: string, status: string, message?: string) =>
      writeJson(beats, `${job}.last`, {
        job,
        status,
        timestamp: new Date().toISOString(),
        message,
      });
    record("fine", "ok");
    record("bad", "fail", "<b>no\u202eroom</b>");
    writeJson(beats, "<i>.last", {});
    const flags = ["--root", mixedRoot("jobs"), `--heartbeat-dir=${beats}`];
    const own = await serveHealth("script", ...flags, "--listen=127.0.0.1:0");
    const { page, errors } = await open(own.url);
    const summary = page.locator("#jobs summary", {
      hasText: "3 cron jobs: 1 on-time, 1 failed, 1 unreadable",
    });
    await summary.waitFor();
    // The list is open at first, because two jobs have a problem.
    await page.locator("#job-rows tr").first().waitFor();
    const texts = (selector: string) => page.locator(`#job-rows ${selector}`).allTextContents();
    expect(await texts("th")).toEqual(["<i>", "bad", "fine"]);
    expect(await texts(".badge")).toEqual(["unreadable", "failed", "on-time"]);
    expect(await texts("td:last-child")).toEqual([
      "its record is malformed: its name is not a valid job name",
      "failed: <b>no\\u{202e}room</b>",
      expect.stringMatching(/^ok /),
    ]);
    expect(await page.locator("#jobs b, #jobs i").evaluateAll((all) => all.length)).toBe(0);
    expect(await page.locator("#concerns").textContent()).toContain("cron job bad: failed: <b>no");
    record("bad", "ok");
    await page
      .locator("#jobs summary", { hasText: "3 cron jobs: 2 on-time, 1 unreadable" })
      .waitFor();
    // A message without a space leaves each status on one line.
    record("bad", "fail", "m".repeat(400));
    await page.locator("#job-rows", { hasText: "mmm" }).waitFor();
    const heights = `[...document.querySelectorAll("#job-rows .badge")].map((badge) => badge.offsetHeight)`;
    expect(Math.max(...(await page.evaluate<number[]>(heights)))).toBeLessThan(30);
    expect(errors).toEqual([]);
  });

  test("shows the cells where the jobs cannot be listed", async () => {
    const file = join(mixedRoot("listless"), WELL, CELL_FILES.log);
    const flags = ["--root", join(here, "listless"), `--heartbeat-dir=${file}`];
    const own = await serveHealth("script", ...flags, "--listen=127.0.0.1:0");
    const { page, errors } = await open(own.url);
    await row(page, WELL).waitFor();
    expect(await page.locator("#jobs").isHidden()).toBe(true);
    expect(errors).toEqual([]);
  });

  test("counts an age up", async () => {
    const { page } = await open(server.url);
    await row(page, LATE).waitFor();
    await page.clock.install();
    await page.reload();
    await row(page, LATE).waitFor();
    await row(page, LATE).locator(".c-age", { hasText: /^1h/ }).waitFor();
    // The server's next message would correct the page's clock.
    server.signal("SIGSTOP");
    try {
      await page.clock.fastForward("02:00:00");
      await page.clock.runFor(2000);
      expect(await row(page, LATE).locator(".c-age").textContent()).toStartWith("3h");
    } finally {
      server.signal("SIGCONT");
    }
  });

  test("filters by status and by text", async () => {
    const { page } = await open(server.url);
    await row(page, WELL).waitFor();
    await page.getByRole("button", { name: "healthy" }).click();
    await page.getByText("1 of 5 cells, filtered by healthy").waitFor();
    expect(await titles(page)).toEqual(["Fix the flaky tests"]);
    await page.getByRole("button", { name: "resting" }).click();
    await page.getByText("1 of 5 cells, filtered by resting").waitFor();
    expect(await titles(page)).toEqual(["Backfill invoices"]);
    const counts = await page.locator("#counts b").allTextContents();
    const [all = 0, ...parts] = counts.map(Number);
    expect(parts.reduce((sum, each) => sum + each, 0)).toBe(all);
    await page.getByRole("button", { name: /^all/ }).click();
    await page.getByText("5 cells", { exact: true }).waitFor();
    for (const [text, title] of [
      ["team=core", "Fix the flaky tests"],
      ["PARSER thinking", "Port the parser"],
      ["malformed", "Audit dependencies"],
      [ENDED, "Backfill invoices"],
    ] as const) {
      await page.getByRole("searchbox").fill(text);
      // Each filter leaves one cell, so the count is always 1: wait until no other row is left.
      const others = page.locator("#rows .open bdi", { hasNotText: title });
      await others.first().waitFor({ state: "detached" });
      expect(await titles(page)).toEqual([title]);
    }
    await page.getByRole("searchbox").fill("nothing like it");
    await page.getByText("No cell matches the filters.").waitFor();
  });

  test("sorts by each column, both ways, and says so", async () => {
    const { page } = await open(server.url);
    await row(page, WELL).waitFor();
    for (const [name, first, last] of [
      ["Title", BROKEN, LATE],
      ["State", LATE, WELL],
      ["Age", ENDED, WELL],
      ["Mission id", WELL, ENDED],
      ["Status", BROKEN, WELL],
    ] as const) {
      const head = page.getByRole("columnheader", { name });
      await head.getByRole("button").click();
      await page.locator("th[aria-sort]", { hasText: name }).waitFor();
      expect([name, await page.locator("#rows tr").first().getAttribute("data-id")]).toEqual([
        name,
        first,
      ]);
      const order = await head.getAttribute("aria-sort");
      await head.getByRole("button").click();
      await page.locator(`th[aria-sort]:not([aria-sort="${order}"])`).waitFor();
      const ids = page.locator("#rows tr:has(.c-state bdi)");
      expect([name, await ids.first().getAttribute("data-id")]).toEqual([name, last]);
    }
  });

  test("opens a cell's detail by keyboard, and gives the focus back", async () => {
    const { page } = await open(server.url);
    await row(page, WELL).waitFor();
    await page.getByRole("searchbox").focus();
    for (let tabs = 0; tabs < 20 && (await focused(page)) === undefined; tabs += 1)
      await page.keyboard.press("Tab");
    expect(await focused(page)).toBe(BROKEN);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const detail = page.getByRole("dialog", { name: "Port the parser" });
    await detail.getByText("the last beat is older than the limit").waitFor();
    expect(await detail.textContent()).toContain("heartbeat-old · state/heartbeat.json");
    expect(new URL(page.url()).hash).toBe(`#${LATE}`);
    await page.keyboard.press("Escape");
    await detail.waitFor({ state: "hidden" });
    expect(await focused(page)).toBe(LATE);
  });

  test("opens the cell that the address names, and lists every problem", async () => {
    const { page } = await open(`${server.url}#${EMPTY}`);
    await page.getByRole("dialog").waitFor();
    expect(await page.locator("dialog .problem").count()).toBeGreaterThanOrEqual(4);
  });

  test("shows a cell with an invisible title as untitled, and wraps its long labels", async () => {
    const root = join(here, "odd");
    const mission = { labels: { note: "x".repeat(300) } };
    writeCell(root, WELL, { title: " \u00a0 ", mission });
    const odd = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page } = await open(odd.url, { viewport: { width: 390, height: 800 } });
    const button = page.locator("#rows").getByRole("button", { name: `untitled ${WELL}` });
    await button.click();
    expect(await page.locator("#name").textContent()).toBe("untitled");
    await page.getByText("note=x").last().waitFor();
    const wider = "document.querySelector('#detail').scrollWidth - innerWidth";
    expect(await page.evaluate(wider)).toBeLessThanOrEqual(0);
    await odd.stop();
  });

  // 320 pixels are what a screen of 1280 has at a zoom of 400 %.
  test.each([320, 380])("fits into %d pixels", async (width) => {
    const { page } = await open(server.url, { viewport: { width, height: 700 } });
    await row(page, WELL).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    await page.locator("#rows").getByRole("button", { name: "Audit dependencies" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await page.evaluate("document.querySelector('dialog').scrollWidth")).toBeLessThanOrEqual(
      width,
    );
  });

  test.each(["light", "dark"] as const)("has enough contrast everywhere (%s)", async (scheme) => {
    const { page } = await open(server.url, { colorScheme: scheme });
    await row(page, WELL).waitFor();
    await page.locator("#ignored summary").click();
    expect(await page.evaluate(FAINT)).toEqual([]);
    await page.locator("#rows").getByRole("button", { name: "Port the parser" }).click();
    await page.getByText("the last beat is older than the limit").waitFor();
    expect(await page.evaluate(FAINT)).toEqual([]);
  });
});

describe.skipIf(!HAS_BROWSER)(`what changes on the page${lacking("chromium")}`, () => {
  test("a cell that goes stale, without a reload", async () => {
    const root = join(here, "turning");
    const cell = writeCell(root, WELL, { title: "Fix the flaky tests" });
    const server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page, errors } = await open(server.url);
    await page.evaluate("window.mark = 'the same page'");
    await row(page, WELL).getByText("healthy").waitFor();
    // Healthy for three more seconds. Written after the page has opened, which may take longer.
    const almost = new Date(Date.now() - 297_000).toISOString();
    writeJson(cell, CELL_FILES.heartbeat, { timestamp: almost, state: "working" });
    await row(page, WELL).getByText("stale").waitFor({ timeout: 60_000 });
    expect(await page.getByRole("button", { name: "stale" }).textContent()).toBe("stale1");
    expect(await page.title()).toBe("CRITICAL: 1 cell needs a person – Lazarus Pit");
    await row(page, WELL).click();
    await page.locator("dialog .step", { hasText: "healthy→stale" }).waitFor();
    writeJson(cell, CELL_FILES.heartbeat, { timestamp: new Date().toISOString(), state: "idle" });
    await page.locator("dialog .step", { hasText: "stale→healthy" }).waitFor();
    expect(await page.evaluate("window.mark")).toBe("the same page");
    expect(errors).toEqual([]);
    await server.stop();
  });

  test("many cells that fall silent at once make the watcher suspect", async () => {
    const root = join(here, "suspect");
    for (let n = 1; n <= 6; n += 1) writeCell(root, idOf(n), { age: 500 });
    const server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page } = await open(server.url);
    await page
      .locator("#concerns", { hasText: "6 of 6 agents fell silent at the same time" })
      .waitFor();
    await page.getByRole("heading", { name: /^Unknown: this host/ }).waitFor();
    await server.stop();
  });

  test("a server that stops is told, and one that returns is found", async () => {
    const root = mixedRoot("stopping");
    const server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page, errors } = await open(server.url);
    await row(page, WELL).waitFor();
    await server.stop();
    const banner = page.getByRole("alert").getByText(/^Connection lost since/);
    await banner.waitFor();
    const again = await serveHealth(
      "script",
      "--root",
      root,
      `--listen=${new URL(server.url).host}`,
    );
    await banner.waitFor({ state: "hidden", timeout: 60_000 });
    await page.getByText("live").waitFor();
    expect(errors).toEqual([]);
    await again.stop();
  });

  test("a server that falls silent is told, and found again", async () => {
    const root = mixedRoot("silent");
    const server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page } = await open(server.url);
    await page.clock.install();
    await page.reload();
    await row(page, WELL).waitFor();
    server.signal("SIGSTOP");
    await page.clock.fastForward(12_000);
    const banner = page.getByRole("alert").getByText(/^Connection lost since/);
    await banner.waitFor({ timeout: 60_000 });
    server.signal("SIGCONT");
    await banner.waitFor({ state: "hidden", timeout: 60_000 });
    await server.stop();
  });

  test("a computer that slept asks anew, and does not wait until the stream counts as silent", async () => {
    const root = mixedRoot("slept");
    const server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page, errors } = await open(server.url);
    await row(page, WELL).waitFor();
    const asked = page.waitForRequest(/v1\/events$/);
    await page.evaluate("(now => { Date.now = () => now() + 3_600_000 })(Date.now)");
    await asked;
    await page.getByText("live").waitFor();
    expect(errors).toEqual([]);
    await server.stop();
  });

  test("scans that fail are told, and one that succeeds ends that", async () => {
    const root = mixedRoot("failing");
    const server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page } = await open(server.url);
    await row(page, WELL).waitFor();
    renameSync(root, `${root}-away`);
    const banner = page.getByText(/^No scan has succeeded since/);
    await banner.waitFor({ timeout: 60_000 });
    renameSync(`${root}-away`, root);
    await banner.waitFor({ state: "hidden", timeout: 60_000 });
    await server.stop();
  });

  test("5,000 cells: the first rows, a change, more rows, a filter", async () => {
    const root = join(here, "many");
    const cell = writeCell(root, WELL, { title: "Fix the flaky tests" });
    for (let n = 2; n <= 5000; n += 1) mkdirSync(join(root, idOf(n)));
    const server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
    const { page, errors } = await open(server.url);
    await page.getByText("5,000 cells, the first 100 shown").waitFor();
    expect(await page.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");
    await page.getByRole("button", { name: "Show 100 more" }).click();
    await page.getByText("5,000 cells, the first 200 shown").waitFor();
    await page.getByRole("searchbox").fill("flaky");
    await row(page, WELL).waitFor();
    expect(await row(page, WELL).getAttribute("aria-rowindex")).toBe("2");
    writeJson(cell, CELL_FILES.heartbeat, { timestamp: new Date().toISOString(), state: "idle" });
    await row(page, WELL).getByText("idle").waitFor();
    expect(errors).toEqual([]);
    await server.stop();
  }, 600_000);
});

/** The words whose contrast is below WCAG's AA (4.5 to 1), as a program for the page. */
const FAINT = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const channels = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const groundOf = (node) => {
    for (; node !== null; node = node.parentElement) {
      const colour = channels(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  for (const node of document.body.querySelectorAll(":not(script)")) {
    const words = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data.trim()).join("");
    if (words === "" || !node.checkVisibility()) continue;
    const [low, high] = [light(channels(getComputedStyle(node).color)), light(groundOf(node))].sort((a, b) => a - b);
    if ((high + 0.05) / (low + 0.05) < 4.5) faint.push(words);
  }
  return faint;
})()`;
