/**
 * What the README shows of the health endpoint works as shown.
 */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backgrounds, eventually, freePort } from "./tools/background.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { endpoints } from "./tools/served.ts";
import { lacking } from "./tools/needs.ts";
import { command, run, scratch } from "./tools/program.ts";

const ROOT = join(import.meta.dir, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const ID = "0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10";
const home = scratch();
const root = join(home, "root");
mkdirSync(root);
writeCell(root, ID, { age: 9999 });
writeCell(root, idOf(1));

const start = backgrounds();
const startEndpoint = endpoints();

/** The block of a language with `part` in it, with the places of this test in it. */
function block(language: string, part: string, places: Readonly<Record<string, string>>): string {
  const blocks = [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))];
  let [text] = blocks.map(([, each = ""]) => each).filter((each) => each.includes(part));
  for (const [from, to] of Object.entries(places)) {
    if (text?.includes(from) !== true) throw new Error(`The README no longer says ${from}`);
    text = text.replaceAll(from, to);
  }
  return text ?? "";
}

const noCurl = lacking("curl");
test.skipIf(noCurl !== "")(`a beat over HTTP is taken by serve-health${noCurl}`, async () => {
  const secret = join(home, "secret");
  writeFileSync(secret, "the-secret-behind-the-beats", { mode: 0o600 });
  const flags = ["--listen=127.0.0.1:0", `--root=${root}`, `--beat-secret-file=${secret}`];
  const { address } = await startEndpoint(...flags);
  const text = block("sh", "curl", {
    "http://127.0.0.1:8471/": address,
    "/etc/lazarus-pit/beat-secret": secret,
  });
  const env = { PATH: `${ROOT}/dist:${process.env["PATH"]}` };
  const { code, stdout } = await run(["sh", "-ec", text], { env });
  expect({ code, said: JSON.parse(stdout) as unknown }).toMatchObject({
    code: 0,
    said: { mission_id: ID, seq: 2 },
  });
  const scanned = await run([...command("executable", "scan"), "--root", root, ID, "--json"]);
  expect(JSON.parse(scanned.stdout)).toMatchObject({ cells: [{ status: "healthy" }] });
});

const noNode = lacking("node");
test.skipIf(noNode !== "")(`a gateway under Node shows the report${noNode}`, async () => {
  const report = join(home, "report.json");
  await run([...command("executable", "scan"), "--root", root, "--output", report]);
  const port = freePort();
  const places = { "/var/lib/lazarus-pit/report.json": report, "8080": String(port) };
  const text = block("js", "nodeAdapter", places);
  start(["node", "--input-type=module", "--eval", text], ROOT);
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  // It answers before it has read the report for the first time.
  await eventually(async () => ((await ask("/readyz")) === "ready\n" ? true : undefined));
  expect(JSON.parse(await ask("/v1/report"))).toMatchObject({ summary: { total: 2 } });
  expect(await ask("/chat")).toBe("the gateway's own routes\n");
});

const noNpm = lacking("npm");
test.skipIf(noNpm !== "")(`npm start prints the address of the page${noNpm}`, async () => {
  const npm = start(["npm", "start", "--silent", "--", "--listen=127.0.0.1:0"], ROOT);
  const page = await (await fetch(await npm.firstLine())).text();
  expect(page).toContain("<title>");
  await npm.stop();
});
