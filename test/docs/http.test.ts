/**
 * What the documents show of the health endpoint works as shown.
 */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backgrounds, eventually, freePort } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { documentBlock, placed } from "../tools/documents.ts";
import { endpoints } from "../tools/served.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";

const ROOT = join(import.meta.dir, "../..");
const ID = "0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10";
const home = scratch();
const root = join(home, "root");
mkdirSync(root);
writeCell(root, ID, { age: 9999 });
writeCell(root, idOf(1));

const start = backgrounds();
const startEndpoint = endpoints();

const noCurl = lacking("curl");
test.skipIf(noCurl !== "")(`a beat over HTTP is taken by serve-health${noCurl}`, async () => {
  const secret = join(home, "secret");
  writeFileSync(secret, "the-secret-behind-the-beats", { mode: 0o600 });
  const flags = ["--listen=127.0.0.1:0", `--root=${root}`, `--beat-secret-file=${secret}`];
  const { address } = await startEndpoint(...flags);
  const text = placed(documentBlock("sh", "curl -fsS -X PUT"), {
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

test.skipIf(noCurl !== "")(`an order over HTTP is taken by serve-health${noCurl}`, async () => {
  const token = join(home, "operator-token");
  writeFileSync(token, "the-token-of-the-operators", { mode: 0o600 });
  const state = join(home, "state");
  const flags = ["--listen=127.0.0.1:0", `--root=${root}`, `--state-dir=${state}`];
  const { address } = await startEndpoint(...flags, `--operator-token-file=${token}`);
  const text = placed(documentBlock("sh", "curl -fsS -X POST"), {
    "http://127.0.0.1:8471/": address,
    "/etc/lazarus-pit/operator-token": token,
  });
  const { code, stdout } = await run(["sh", "-ec", text]);
  expect({ code, said: JSON.parse(stdout) as unknown }).toEqual({
    code: 0,
    said: { order: "hold", result: "held: nothing is revived" },
  });
});

test("serve-health listens where lib/docs/http.md says", async () => {
  const tokenFile = join(home, "token");
  writeFileSync(tokenFile, "a-token-of-thirty-two-characters", { mode: 0o600 });
  const socket = join(home, "health.sock");
  const text = placed(documentBlock("sh", "serve-health --listen unix"), {
    "/run/lazarus-pit/health.sock": socket,
    "0.0.0.0:8471": "0.0.0.0:0",
    "/etc/lazarus-pit/token": tokenFile,
  });
  const lines = text.trim().split("\n");
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    const [program = "", ...flags] = line.split(" ");
    const server = start([join(ROOT, "dist", program), ...flags, `--root=${root}`]);
    expect(await server.firstLine()).toMatch(/health\.sock|http:\/\/0\.0\.0\.0:\d+/);
    await server.stop();
  }
});

const noOpenssl = lacking("openssl");
test.skipIf(noOpenssl !== "")(`serve-health serves HTTPS as shown${noOpenssl}`, async () => {
  const [token, cert, key] = ["tls-token", "cert.pem", "key.pem"].map((name) => join(home, name));
  writeFileSync(token ?? "", "a-token-of-thirty-two-characters", { mode: 0o600 });
  const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x";
  await run(["openssl", ...request.split(" "), "-keyout", key ?? "", "-out", cert ?? ""]);
  const text = placed(documentBlock("sh", "--tls-cert"), {
    "0.0.0.0:8471": `127.0.0.1:0 --root=${root}`,
    "/etc/lazarus-pit/token": token ?? "",
    "/etc/lazarus-pit/cert.pem": cert ?? "",
    "/etc/lazarus-pit/key.pem": key ?? "",
  });
  const server = start(["sh", "-c", `exec ${join(ROOT, "dist")}/${text}`]);
  const { status } = await fetch(`${await server.firstLine()}livez`, {
    tls: { rejectUnauthorized: false },
  });
  expect(status).toBe(200);
  await server.stop();
});

const noNode = lacking("node");
test.skipIf(noNode !== "")(`a gateway under Node shows the report${noNode}`, async () => {
  const report = join(home, "report.json");
  await run([...command("executable", "scan"), "--root", root, "--output", report]);
  const port = freePort();
  const places = { "/var/lib/lazarus-pit/report.json": report, "8080": String(port) };
  const text = placed(documentBlock("js", "nodeAdapter"), places);
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
