/** What the page refuses: markup from a cell, scripts that are not its own, strangers. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { printable } from "../../lib/base/printable.ts";
import { browser, HAS_BROWSER, type Served, serveHealth } from "../tools/browser.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { FORMS, scratch } from "../tools/program.ts";

const open = browser();
const here = scratch();
const HOSTILE = `<script>alert(1)</script><img src=x onerror="alert(2)"> \u202etxt.exe\u001b[31m`;
const SHOWN = String.raw`<script>alert(1)</script><img src=x onerror="alert(2)"> \u{202e}txt.exe\u{1b}[31m`;

const root = join(here, "missions");
writeCell(root, idOf(1), {
  title: HOSTILE,
  mission: { labels: { "<b>name</b>": "<img src=//example.org/x onerror=alert(3)>" } },
  config: { heartbeat: "<img src=x onerror=alert(4)>\u202e" },
});

describe.skipIf(!HAS_BROWSER)(`the page's safety${lacking("chromium")}`, () => {
  let server: Served;
  beforeEach(async () => {
    server = await serveHealth("script", "--root", root, "--listen=127.0.0.1:0");
  });
  afterEach(() => server.stop());

  test("what a cell holds stays text", async () => {
    const { page, errors, strangers } = await open(server.url);
    await page.locator("#rows .open").click();
    await page.getByRole("dialog").getByText("Changes since").waitFor();
    expect(await page.locator("#rows .open").textContent()).toBe(SHOWN);
    expect(await page.locator("#name").textContent()).toBe(SHOWN);
    expect(await page.locator("dialog .chips").textContent()).toContain("<b>name</b>=<img");
    expect(await page.locator("dialog .problem").first().textContent()).toContain("\\u{202e}");
    expect(await page.locator("img, b:not(button > b), script:not(:last-child)").count()).toBe(0);
    expect({ errors, strangers }).toEqual({ errors: [], strangers: [] });
  });

  test("it replaces the same characters by their code points as the programs do on a terminal", async () => {
    const { page } = await open(server.url);
    // The module as the page is built from it, run by the browser's regular expressions.
    const { outputs } = await Bun.build({
      entrypoints: [join(import.meta.dir, "../../lib/base/printable.ts")],
      target: "browser",
      minify: { syntax: true, whitespace: true },
    });
    const rule = (await outputs[0]?.text())?.replace(/export\s*\{[^}]*\};?/, "");
    expect(rule).toContain("printable=");
    const onPage = await page.evaluate<string>(
      `(() => { ${rule}; return Array.from({ length: 0x110000 }, (_, n) => n).filter((n) => printable(String.fromCodePoint(n)) !== String.fromCodePoint(n)).join(); })()`,
    );
    const inLib = Array.from({ length: 0x110000 }, (_, n) => n).filter(
      (n) => printable(String.fromCodePoint(n)) !== String.fromCodePoint(n),
    );
    expect(onPage === inLib.join()).toBe(true);
  });

  test("no script or style runs but its own", async () => {
    const answer = await fetch(server.url);
    const policy = answer.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const { page } = await open(server.url);
    await page.locator("#rows .open").waitFor();
    for (const attack of ATTACKS) await page.evaluate(attack).catch(() => {});
    await page.waitForTimeout(300);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.evaluate("getComputedStyle(document.body).outlineStyle")).toBe("none");
  });
});

describe.skipIf(!HAS_BROWSER)(`the page's token${lacking("chromium")}`, () => {
  test("is asked for once, told when wrong, and kept in this tab", async () => {
    const file = join(here, "token");
    writeFileSync(file, "a-token-that-nobody-would-guess\n", { mode: 0o600 });
    const flags = ["--root", root, "--listen=127.0.0.1:0", "--token-file", file];
    const server = await serveHealth("script", ...flags);
    const { page, errors } = await open(server.url);
    const field = page.getByLabel("Token");
    await field.fill("another");
    await page.keyboard.press("Enter");
    await page.getByText("The server refused this token.").waitFor();
    expect(await page.locator("#rows tr").count()).toBe(0);
    await field.fill("a-token-that-nobody-would-guess");
    await page.keyboard.press("Enter");
    await page.locator("#rows .open").waitFor();
    expect(await field.isVisible()).toBe(false);
    await page.reload();
    await page.locator("#rows .open").click();
    await page.getByRole("dialog").getByText("Changes since").waitFor();
    expect(await field.isVisible()).toBe(false);
    expect(page.url()).not.toContain("token");
    expect(errors).toEqual([]);
    await server.stop();
  });

  test("is asked for again once it changes, and nothing is shown behind the form", async () => {
    const file = join(here, "changing-token");
    writeFileSync(file, "a-token-that-nobody-would-guess\n", { mode: 0o600 });
    const flags = ["--root", root, "--listen=127.0.0.1:0", "--token-file", file];
    const server = await serveHealth("script", ...flags);
    const { page, errors } = await open(server.url, { timezoneId: "Asia/Tokyo" });
    const field = page.getByLabel("Token");
    await field.fill("a-token-that-nobody-would-guess");
    await page.keyboard.press("Enter");
    await page.locator("#rows .open").waitFor();
    writeFileSync(file, "another-token-that-nobody-would-guess\n");
    server.signal("SIGHUP");
    await page.getByText("The server refused this token.").waitFor();
    expect(await page.locator("#lost").isVisible()).toBe(false);
    const before = await page.locator("#moment").textContent();
    await page.getByRole("button", { name: "Times in Asia/Tokyo" }).click();
    await page.locator("#moment", { hasNotText: before ?? "" }).waitFor({ state: "attached" });
    expect(await page.locator("#report").isVisible()).toBe(false);
    await field.fill("another-token-that-nobody-would-guess");
    await page.keyboard.press("Enter");
    await page.locator("#rows .open").waitFor();
    expect(errors).toEqual([]);
    await server.stop();
  });
});

test.each(FORMS)("the page is one file that names no other origin (%s)", async (form) => {
  const server = await serveHealth(form, "--root", root, "--listen=127.0.0.1:0");
  const text = await (await fetch(server.url)).text();
  expect(text === readFileSync(join(import.meta.dir, "../../config/page.html"), "utf8")).toBe(true);
  expect(text.match(/<script>/g)).toHaveLength(1);
  expect(text.match(/<style>/g)).toHaveLength(1);
  expect(text.match(/\b(?:https?|wss?):\/\/(?!www\.w3\.org\/2000\/svg)/g)).toBeNull();
  expect(text.match(/innerHTML|outerHTML|AdjacentHTML|document\.write|\beval\(/g)).toBeNull();
  await server.stop();
});

/** Each would set `window.hacked`, or draw a line around the page. */
const ATTACKS = [
  `document.body.append(Object.assign(document.createElement("script"), { text: "window.hacked = 1" }))`,
  `document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.hacked = 2'>")`,
  `document.body.setAttribute("onclick", "window.hacked = 3"), document.body.click()`,
  `location.href = "javascript:window.hacked = 4"`,
  `document.head.append(Object.assign(document.createElement("style"), { textContent: "body { outline: solid }" }))`,
  `document.body.setAttribute("style", "outline: solid")`,
];
