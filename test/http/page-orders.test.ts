/** Orders given from the page. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { browser, HAS_BROWSER, serveHealth } from "../tools/browser.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const open = browser();
const home = scratch();
const [root, token] = [join(home, "missions"), join(home, "operator")];
mkdirSync(root);
writeCell(root, idOf(1), { title: "Port the parser", age: 4000 });
writeFileSync(token, "the-token-of-the-operators", { mode: 0o600 });

describe.skipIf(!HAS_BROWSER)(`orders from the page${lacking("chromium")}`, () => {
  test("need the operator's token and a reason, and are shown with the cell", async () => {
    const flags = [`--root=${root}`, `--state-dir=${join(home, "state")}`, "--listen=127.0.0.1:0"];
    const server = await serveHealth("script", ...flags, `--operator-token-file=${token}`);
    const { page, errors } = await open(`${server.url}#${idOf(1)}`);
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Give an order").click();
    await dialog.getByLabel("Order", { exact: true }).selectOption("quarantine");
    expect(await dialog.getByLabel("For how long").isHidden()).toBe(true);
    const submit = dialog.getByRole("button", { name: "Give the order" });
    await dialog.getByLabel("Operator's token").fill("another");
    await submit.click();
    expect(await dialog.locator("#order-result").textContent()).toBe("");
    await dialog.getByLabel("Reason").fill("it deletes <b>its</b> work");
    await submit.click();
    await dialog.getByText("The operator's token is missing or wrong.").waitFor();
    await dialog.getByLabel("Operator's token").fill("the-token-of-the-operators");
    await submit.click();
    await dialog.getByText(/^Quarantined since .*: it deletes <b>its<\/b> work$/).waitFor();
    expect(await dialog.locator("#order-result").textContent()).toBe("quarantined");
    expect(await dialog.locator(".steps").textContent()).toContain("quarantined");
    // What is typed is not taken for keys of the page, nor kept for another reader of this browser.
    expect(await page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")).toBe(
      "{}",
    );
    expect(errors).toEqual([]);
    await server.stop();
  });

  test("are not offered by an endpoint that takes none", async () => {
    const server = await serveHealth("script", `--root=${root}`, "--listen=127.0.0.1:0");
    const { page } = await open(`${server.url}#${idOf(1)}`);
    // The form would appear together with the explanation.
    await page.getByRole("heading", { name: "Why" }).waitFor();
    expect(await page.locator("#order-form").count()).toBe(0);
    await server.stop();
  });
});
