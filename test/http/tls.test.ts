/** HTTPS without a proxy. */
import { beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
} from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { idOf, writeCell } from "../tools/cells.ts";
import { until } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";
import { eventsOf } from "../tools/served.ts";
import { serveHealth, stopServed } from "../tools/browser.ts";
import { startServer } from "../../lib/http/server/serve.ts";
import { readTlsPair } from "../../lib/http/server/tls-files.ts";

const noOpenssl = lacking("openssl");
const home = scratch();
const root = join(home, "missions");
mkdirSync(root);
writeCell(root, idOf(1));
stopServed();

const [cert, key] = [join(home, "cert.pem"), join(home, "key.pem")];

/** Makes a certificate for `name`, in files that begin with it. */
async function makeCertificate(name: string): Promise<void> {
  const { code } = await run([
    ..."openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(
      " ",
    ),
    "-subj",
    `/CN=${name}`,
    "-addext",
    "subjectAltName=DNS:localhost",
    "-keyout",
    join(home, `${name}-key.pem`),
    "-out",
    join(home, `${name}-cert.pem`),
  ]);
  expect(code).toBe(0);
}

/** Puts the pair of `name` in place, each file at once, as those who renew certificates do. */
function install(name: string): void {
  for (const [part, file] of [
    ["cert", cert],
    ["key", key],
  ] as const) {
    copyFileSync(join(home, `${name}-${part}.pem`), `${file}.new`);
    chmodSync(`${file}.new`, 0o600);
    renameSync(`${file}.new`, file);
  }
}

const SERVICE = {
  handler: () => new Response("ok"),
  streams: { open: () => undefined, count: () => 0, endClients() {}, close() {} },
};

const pairOf = (name: string) =>
  readTlsPair(join(home, `${name}-cert.pem`), join(home, `${name}-key.pem`));

/** A certificate that is followed by a broken one. */
const brokenChain = join(home, "broken-chain.pem");
const BROKEN_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

const servedName = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN as string | undefined);
      socket.destroy();
    });
    socket.on("error", () => resolve(undefined));
  });

describe.skipIf(noOpenssl !== "")(`an endpoint with a certificate${noOpenssl}`, () => {
  beforeAll(async () => {
    for (const name of ["first", "second"]) await makeCertificate(name);
    copyFileSync(join(home, "first-cert.pem"), brokenChain);
    appendFileSync(brokenChain, BROKEN_CERTIFICATE);
  });

  test("speaks HTTPS, and takes a renewed certificate without ending a stream", async () => {
    install("first");
    const flags = [
      `--root=${root}`,
      "--heartbeat-dir=/nowhere",
      `--tls-cert=${cert}`,
      `--tls-key=${key}`,
    ];
    const endpoint = await serveHealth("script", ...flags, "--listen=127.0.0.1:0");
    expect(endpoint.url).toStartWith("https://127.0.0.1:");
    const ca = () =>
      ({ tls: { ca: readFileSync(cert, "utf8"), serverName: "localhost" } }) as object;
    const url = endpoint.url.replace("127.0.0.1", "localhost");
    expect((await fetch(`${url}livez`, ca())).status).toBe(200);
    const events = eventsOf(await fetch(`${url}v1/events`, ca()));
    expect((await events.next()).value?.name).toBe("report");

    // Another key for the same certificate: the pair in use stays.
    copyFileSync(join(home, "second-key.pem"), key);
    endpoint.signal("SIGHUP");
    expect((await events.next()).value?.name).toBe("changes");
    expect(await servedName(Number(new URL(url).port))).toBe("first");

    install("second");
    endpoint.signal("SIGHUP");
    await until(async () => (await servedName(Number(new URL(url).port))) === "second");
    expect((await events.next()).value?.name).toBe("changes");
    await events.return(undefined);
    await endpoint.stop();
  });

  test("serves the last certificate, whatever became of the one before", async () => {
    const tls = pairOf("first");
    const server = startServer({ hostname: "127.0.0.1", port: 0 }, { ...SERVICE, tls });
    const port = Number(new URL(server.address).port);
    server.renew({ ...tls, cert: BROKEN_CERTIFICATE });
    expect(await servedName(port)).toBeUndefined();
    server.renew(pairOf("second"));
    expect(await servedName(port)).toBe("second");
    // Beyond the time after which the first renewal would be tried again.
    await Bun.sleep(1500);
    expect(await servedName(port)).toBe("second");
    await server.stop();
  });

  const [CERT, KEY] = [join(home, "first-cert.pem"), join(home, "first-key.pem")];
  test.each([
    ["a certificate alone", [`--tls-cert=${CERT}`], 64, "--tls-cert alone"],
    ["a key alone", [`--tls-key=${KEY}`], 64, "--tls-key alone"],
    ["a unix socket", [`--tls-cert=${CERT}`, `--tls-key=${KEY}`, "--listen=unix:/x"], 64, "unix"],
    [
      "another's key",
      [`--tls-cert=${CERT}`, `--tls-key=${home}/second-key.pem`],
      78,
      "another cert",
    ],
    ["no certificate", [`--tls-cert=${KEY}`, `--tls-key=${KEY}`], 78, "is not valid PEM"],
    ["a broken chain", [`--tls-cert=${brokenChain}`, `--tls-key=${KEY}`], 78, "is not valid PEM"],
    ["no file", [`--tls-cert=${home}/none`, `--tls-key=${KEY}`], 78, "no such file"],
  ] as const)("is refused with %s", async (_, paths, code, message) => {
    const ended = await run([...command("script", "serve-health"), "--root", root, ...paths]);
    expect(refusalOf("serve-health", ended)).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
