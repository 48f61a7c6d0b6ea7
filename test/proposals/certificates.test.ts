/**
 * A tracker with a certificate of a private authority.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { readTrustedCas } from "../../lib/host/files/ca-store.ts";
import { bridges } from "../tools/bridge.ts";
import { CERTIFICATES } from "../tools/certificates.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";
import { refusalOf } from "../tools/refusal.ts";

const here = scratch();
const lack = lacking("openssl");
const { bridge, tokenFile } = await bridges();

describe.skipIf(lack !== "")(`a tracker with a certificate of a private authority${lack}`, () => {
  test("is called if this host trusts the authority, and refused in words if not", async () => {
    expect((await run(["sh", "-c", CERTIFICATES, "sh", here])).code).toBe(0);
    const { gitea, root, state } = await bridge();
    gitea.propose(bodyOf({ repository: undefined, ref: undefined }));
    const inner = gitea.url;
    const paths: string[] = [];
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { key: read("key"), cert: read("right.pem") },
      fetch(request) {
        const { method, headers, body } = request;
        const { pathname, search } = new URL(request.url);
        paths.push(pathname);
        return fetch(`${inner}${pathname}${search}`, { method, headers, body });
      },
    });
    afterAll(() => server.stop(true));
    Object.defineProperty(gitea, "url", { value: `https://localhost:${server.port}` });
    const at = ["--root", root, "--state-dir", state.stateDir, "--gitea-allow=alice"];
    const call = [...command("executable", "accept-proposals"), "--poll", ...at];
    const pass = (env = {}) => run([...call, ...gitea.flags(tokenFile)], { env });
    const refused = refusalOf("accept-proposals", await pass());
    expect(refused).toMatchObject({
      code: 69,
      message: expect.stringMatching(
        /: its certificate comes from a CA that this host does not trust \([A-Z_]+\)$/,
      ),
      hint: expect.stringContaining("update-ca-certificates"),
    });
    expect(paths).toEqual([]);
    const trusted = await pass({ SSL_CERT_DIR: join(here, "dir") });
    expect(trusted).toMatchObject({ code: 0, stdout: expect.stringContaining("#1 made ") });
  });
});

test("a certificate that was cut off is left out, wherever it ends", () => {
  const file = join(here, "cut.pem");
  const env = { SSL_CERT_FILE: file, SSL_CERT_DIR: join(here, "none") };
  for (const base64 of ["", "MA==", "MII=", "MIIB", "MIIBAA==", "MIIBAAA="]) {
    writeFileSync(file, `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
    expect(readTrustedCas(env)).toBeUndefined();
  }
});

const read = (name: string) => readFileSync(join(here, name), "utf8");
