/**
 * config/etcd/setup.sh says what failed, and keeps the certificates that it cannot renew.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { lacking } from "../tools/needs.ts";
import { run, scratch } from "../tools/program.ts";
import { ETCD_CONFIG } from "../tools/secure-etcd.ts";

const here = scratch();
const missing = lacking("openssl");

function place(name: string) {
  const cwd = join(here, name);
  mkdirSync(cwd);
  const script = [Bun.which("sh") ?? "", join(ETCD_CONFIG, "setup.sh")];
  return {
    cwd,
    setup: (args: string[], PATH = process.env["PATH"] ?? "") =>
      run([...script, ...args], { cwd, env: { PATH } }),
  };
}

test("setup.sh says that openssl is missing", async () => {
  const { cwd, setup } = place("bare");
  // Of the programs that it calls, these print messages and remove files.
  Bun.spawnSync(["ln", "-s", Bun.which("cat") ?? "", Bun.which("rm") ?? "", cwd]);
  const { code, stderr } = await setup(["certs", "e1"], cwd);
  expect(code).toBe(1);
  expect(stderr).toContain("openssl: ");
});

test.skipIf(missing !== "")(
  `setup.sh renew keeps a pair that it cannot replace${missing}`,
  async () => {
    const { cwd, setup } = place("renewed");
    const [key, certificate, ca] = ["server.key", "server.pem", "ca.key"].map((name) =>
      join(cwd, name),
    );
    const pair = () => [key, certificate].map((path = "") => readFileSync(path, "utf8"));
    expect(await setup(["certs", "e1"])).toEqual({ code: 0, stdout: "", stderr: "" });
    const first = pair();
    renameSync(ca ?? "", `${ca}.away`);
    // Without the CA's key it does not begin; with an unusable one it has made a new key by then.
    expect((await setup(["renew", "e1"])).stderr).toContain(
      "ca.key or ca.pem is missing in this directory",
    );
    writeFileSync(ca ?? "", "");
    const failed = await setup(["renew", "e1"]);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/CA private key/i);
    expect(pair()).toEqual(first);
    renameSync(`${ca}.away`, ca ?? "");
    expect(await setup(["renew", "e1"])).toEqual({ code: 0, stdout: "", stderr: "" });
    const [firstKey, firstCertificate] = first;
    const [nextKey, nextCertificate] = pair();
    expect(nextKey).not.toBe(firstKey);
    expect(nextCertificate).not.toBe(firstCertificate);
  },
);
