/**
 * Pings trust the certificates that the host trusts, and report why they refuse one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readTrustedCas } from "../../lib/host/files/ca-store.ts";
import { CERTIFICATES } from "../tools/certificates.ts";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, type Form, run, scratch } from "../tools/program.ts";

const here = scratch();
const lack = lacking("openssl");
const file = (name: string) => join(here, name);
let count = 0;

const servers = new Set<Bun.Server<undefined>>();
afterAll(() => {
  for (const server of servers) void server.stop(true);
});

/** A monitor with one of the certificates; without one it speaks no TLS. */
function monitor(certificate?: string) {
  const paths: string[] = [];
  const tls = certificate && {
    key: readFileSync(file("key"), "utf8"),
    cert: readFileSync(file(`${certificate}.pem`), "utf8"),
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...(tls ? { tls } : {}),
    fetch(request) {
      paths.push(new URL(request.url).pathname);
      return new Response("OK");
    },
  });
  servers.add(server);
  return { paths, url: `https://localhost:${server.port}/ping` };
}

const pingFrom = (form: Form, url: string, env: Record<string, string>) => {
  const wrapper = [...command(form, "heartbeat"), "run", `--heartbeat-dir=${file("beats")}`];
  const argv = [...wrapper, `--job=x${count++}`, `--ping=${url}`, "--", "sleep", "0.1"];
  return run(argv, { env });
};

describe.skipIf(lack !== "")(`a ping to a monitor with a certificate of its own${lack}`, () => {
  beforeAll(async () => {
    const { code, stderr } = await run(["sh", "-c", CERTIFICATES, "sh", here]);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  });

  describe.each(FORMS)("%s", (form) => {
    test.concurrent.each([
      ["SSL_CERT_FILE", "ca.pem"],
      ["SSL_CERT_DIR", "dir"],
      ["NODE_EXTRA_CA_CERTS", "ca.pem"],
    ])("trusts it by %s", async (name, at) => {
      const { paths, url } = monitor("right");
      expect(await pingFrom(form, url, { [name]: file(at) })).toMatchObject({
        code: 0,
        stderr: "",
      });
      expect(paths).toContain("/ping");
    });

    test.concurrent.each([
      ["right", {}, "its certificate comes from a CA that this host does not trust"],
      ["other", { SSL_CERT_FILE: "ca.pem" }, "its certificate is for another name"],
      ["expired", { SSL_CERT_FILE: "ca.pem" }, "its certificate has expired"],
      ["self", { SSL_CERT_FILE: "ca.pem" }, "its certificate is self-signed"],
      [undefined, { SSL_CERT_FILE: "ca.pem" }, "the TLS handshake failed"],
    ])("refuses %p with %p: %s", async (certificate, env, why) => {
      const { paths, url } = monitor(certificate);
      const named = Object.fromEntries(Object.entries(env).map(([name, at]) => [name, file(at)]));
      const { code, stderr } = await pingFrom(form, url, named);
      expect(code).toBe(0);
      expect(stderr).toMatch(
        new RegExp(`^heartbeat run: Cannot ping localhost:\\d+: ${why} \\([A-Z_]+\\)\n$`),
      );
      expect(paths).toEqual([]);
    });

    test.concurrent("reports a store that cannot be read, and runs the command", async () => {
      const { paths, url } = monitor("right");
      const { code, stderr } = await pingFrom(form, url, { SSL_CERT_FILE: file("none") });
      expect(code).toBe(0);
      expect(stderr).toStartWith(
        `heartbeat run: Cannot read the CA certificates in "${file("none")}": `,
      );
      expect(paths).toEqual([]);
    });
  });

  const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
  const rootLack = existsSync(BUNDLE) ? lacking("root", "unshare") : ` (skipped: needs ${BUNDLE})`;
  test.skipIf(rootLack !== "")(`trusts it by the store of the host${rootLack}`, async () => {
    const { paths, url } = monitor("right");
    writeFileSync(
      file("store"),
      readFileSync(BUNDLE, "utf8") + readFileSync(file("ca.pem"), "utf8"),
    );
    const mounting = `mount --bind ${file("store")} ${BUNDLE} && exec "$@"`;
    const before = ["unshare", "--mount", "sh", "-c", mounting, "sh"];
    const wrapper = [
      ...command("executable", "heartbeat"),
      "run",
      `--heartbeat-dir=${file("beats")}`,
    ];
    const argv = [...before, ...wrapper, "--job=x", `--ping=${url}`, "--", "true"];
    expect(await run(argv)).toMatchObject({ code: 0, stderr: "" });
    expect(paths).toContain("/ping");
  });

  test("the store leaves out certificates that are damaged, duplicates, and what is not a file", async () => {
    const pem = readFileSync(file("ca.pem"), "utf8").trim();
    const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const dir = file(`dir-${count++}`);
    mkdirSync(dir);
    writeFileSync(join(dir, "a"), `# a comment\n${damaged}${pem}\n${pem}\n`);
    await run(["mkfifo", join(dir, "b")]);
    mkdirSync(join(dir, "c"));
    const only = { SSL_CERT_FILE: join(dir, "a"), SSL_CERT_DIR: dir };
    expect(readTrustedCas(only)).toBe(pem);
    const right = readFileSync(file("right.pem"), "utf8").trim();
    const extra = { ...only, NODE_EXTRA_CA_CERTS: file("right.pem") };
    expect(readTrustedCas(extra)).toBe(`${pem}\n${right}`);
    const none = { SSL_CERT_FILE: join(dir, "b"), SSL_CERT_DIR: join(dir, "c") };
    expect(readTrustedCas(none)).toBeUndefined();
  });
});
