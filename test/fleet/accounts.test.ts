/**
 * An etcd with certificates and accounts, set up by config/etcd/setup.sh as it stands.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../lib/cli/settings.ts";
import { etcdAccess } from "../../lib/fleet/etcd/access.ts";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import type { EtcdError } from "../../lib/fleet/etcd/etcd-error.ts";
import { hostContext } from "../../lib/fleet/etcd/host-context.ts";
import { getKey, listKeys, type Operation, putKey } from "../../lib/fleet/etcd/operations.ts";
import { gatewayHint } from "../../lib/fleet/rules/etcd-hints.ts";
import { accountFlaw } from "../../lib/fleet/rules/etcd-version.ts";
import * as v from "valibot";
import { SettingsFile } from "../../lib/contract/settings.ts";
import type { FleetEtcd } from "../../lib/contract/fleet-settings.ts";
import { until } from "../tools/background.ts";
import { idOf } from "../tools/cells.ts";
import { type EtcdServers, loopbackPlace, startServers, stopServers } from "../tools/etcd.ts";
import { fleetHost, KEYS } from "../tools/fleet.ts";
import { documentBlock } from "../tools/documents.ts";
import { lacking } from "../tools/needs.ts";
import { run, scratch } from "../tools/program.ts";
import { ETCD_CONFIG, fleetStep, secureEtcd, tlsFlags } from "../tools/secure-etcd.ts";

const missing = lacking("etcd", "etcdctl", "openssl");
const here = scratch();
const { place, file, setup, sh, settingsOf, start } = secureEtcd(here);
stopServers();

const as = (user: string) => connectEtcd(etcdAccess(settingsOf(user)));
const expired = loopbackPlace("https");
/** An authority that signed nothing, and certificates that have expired, and will soon. */
const WRONG_CERTIFICATES = `openssl req -x509 -newkey rsa:2048 -nodes -keyout other-ca.key -out other-ca.pem -subj /CN=other
  openssl req -newkey rsa:2048 -nodes -keyout late.key -out late.csr -subj /O=fleet
  echo subjectAltName=IP:127.0.0.1 >late.ext
  openssl x509 -req -in late.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days -1 -extfile late.ext -out late.pem
  openssl x509 -req -in late.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 29 -out soon.pem`;
/** What `fleet hosts` says with these settings. */
const hostsWith = (etcd: FleetEtcd) => fleetStep(etcd, "hosts");

describe.skipIf(missing !== "")(`etcd with accounts${missing}`, () => {
  let servers: EtcdServers;
  beforeAll(async () => {
    servers = await start("alpha", "beta");
    expect(await sh(WRONG_CERTIFICATES)).toMatchObject({ code: 0 });
    startServers([expired], tlsFlags(file, "late"));
  });

  test("a host, a viewer and an operator do what their accounts are for", async () => {
    const alpha = fleetHost(etcdAccess(settingsOf("alpha")), "alpha");
    await alpha.round(1);
    expect(alpha.whyNot(1)).toBeUndefined();
    const hosts = await hostsWith(settingsOf("viewer"));
    expect(hosts).toMatchObject({ code: 0, stderr: "" });
    expect(hosts.stdout).toMatch(/^alpha +live/m);
    await as("operator").txn([], [putKey(KEYS.hostHold("alpha"), "{}")]);
    await alpha.round(1);
    expect(alpha.whyNot(1)).toContain("stopped revivals here");
  });

  // [account, what it may not do, operation]
  const denied: [string, string, Operation][] = [
    ["alpha", "write another's report", putKey(KEYS.host("reports", "beta"), "x")],
    [
      "alpha",
      "write a report that starts with its name",
      putKey(KEYS.host("reports", "alphabet"), "x"),
    ],
    ["alpha", "give an order", putKey(KEYS.fleetHold, "{}")],
    ["alpha", "read another's report", getKey(KEYS.host("reports", "beta"))],
    ["viewer", "write", putKey(KEYS.host("reports", "beta"), "x")],
    ["operator", "write elsewhere", putKey("/other", "x")],
  ];
  test.each(denied)("%s may not %s", async (user, _what, operation) => {
    expect(as(user).txn([], [operation])).rejects.toMatchObject({ etcdFault: "denied" });
  });

  test("a host may write homes, and read orders", async () => {
    const reads = listKeys(KEYS.all("orders"));
    await as("beta").txn([], [putKey(KEYS.home(idOf(9)), "beta"), reads]);
  });

  test("a token that expired, and one that a member forgot at its restart, are replaced", async () => {
    const beta = as("beta");
    await beta.txn([], [listKeys(KEYS.all("orders"))]);
    await Bun.sleep(5000);
    await beta.txn([], [listKeys(KEYS.all("orders"))]);
    await servers.kill(0);
    servers.start(0);
    await until(() =>
      beta.txn([], [listKeys(KEYS.all("orders"))]).then(
        () => true,
        () => false,
      ),
    );
  });

  test("roles that change meanwhile cost no request", async () => {
    const beta = as("beta");
    const stop = new AbortController();
    const met: unknown[] = [];
    const write = async (): Promise<unknown> =>
      beta.txn([], [putKey(KEYS.home(idOf(8)), "beta")]).then(
        () => undefined,
        ({ etcdFault }: EtcdError) => etcdFault,
      );
    const writing = (async () => {
      while (!stop.signal.aborted) met.push(await write());
    })();
    const grant = `ETCDCTL_USER="root:$(cat root.password)" ETCDCTL_API=3 etcdctl --endpoints ${place.client} \
      --cacert ca.pem --cert client.pem --key client.key role grant-permission viewer read`;
    for (let n = 0; n < 15; n += 1)
      expect(await sh(`${grant} /more/${n}`)).toMatchObject({ code: 0 });
    stop.abort();
    await writing;
    expect(met.length).toBeGreaterThan(15);
    // A busy machine may be slow.
    expect(met.filter((fault) => fault !== undefined && fault !== "unreachable")).toEqual([]);
  });

  test("a further host gets its account while users are on", async () => {
    expect(await setup("host", place.client, "gamma")).toMatchObject({ code: 0, stderr: "" });
    await fleetHost(etcdAccess(settingsOf("gamma")), "gamma").round(5);
  });

  test("check says who the account is, and what this version cannot promise", async () => {
    const { stdout, code } = await fleetStep(settingsOf("beta"), "check", "--fleet-name", "beta");
    expect(code).toBe(0);
    expect(stdout).toContain("users are on");
    expect(stdout).toMatch(/^ok +the account beta may publish as beta, and take homes$/m);
    const [, version = ""] = /etcd (3\.\d+\.\d+)/.exec(stdout) ?? [];
    expect(stdout.includes("hosts must trust each other")).toBe(accountFlaw(version) !== undefined);
  });

  test("a nested transaction writes another's report only where check says so", async () => {
    const { stdout } = await fleetStep(settingsOf("beta"), "check");
    const forged = putKey(KEYS.host("reports", "zeta"), "forged");
    const isWritten = await as("beta")
      .txn([], [{ request_txn: { success: [forged] } }])
      .then(
        () => true,
        () => false,
      );
    expect(isWritten).toBe(stdout.includes("hosts must trust each other"));
  });

  // [what is wrong, settings, code, message]
  const wrong: [string, () => FleetEtcd, number, string][] = [
    [
      "a wrong password",
      () => settingsOf("alpha", { password_file: file("beta.password") }),
      77,
      "etcd refused",
    ],
    ["an account that may not view", () => settingsOf("alpha"), 77, "permission denied"],
    [
      "no account",
      () => ({ ...settingsOf("alpha"), user: undefined, password_file: undefined }),
      77,
      "user name is empty",
    ],
    [
      "no CA",
      () => ({ ...settingsOf("viewer"), ca_file: undefined }),
      69,
      "its certificate comes from a CA that this host does not trust",
    ],
    [
      "another CA",
      () => settingsOf("viewer", { ca_file: file("other-ca.pem") }),
      69,
      "its certificate comes from a CA that this host does not trust",
    ],
    [
      "a server's certificate that has expired",
      () => settingsOf("viewer", { endpoints: [expired.client] }),
      69,
      "its certificate has expired",
    ],
    [
      "a client's certificate that has expired",
      () => settingsOf("viewer", { cert_file: file("late.pem"), key_file: file("late.key") }),
      69,
      "the TLS handshake failed",
    ],
    [
      "no client certificate",
      () => ({ ...settingsOf("viewer"), cert_file: undefined, key_file: undefined }),
      69,
      "Cannot reach etcd at https://",
    ],
    [
      "http to a TLS port",
      () => settingsOf("viewer", { endpoints: [place.client.replace("https", "http")] }),
      69,
      "Cannot reach etcd at http://127.0.0.1",
    ],
    ["a key that is not there", () => settingsOf("viewer", { key_file: "/none" }), 78, '"/none"'],
  ];
  test.each(wrong)("%s is refused with what is wrong", async (_what, settings, code, message) => {
    const ended = await hostsWith(settings());
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(message);
  });

  // [account, step, the role that it needs]
  test.each([
    ["alpha", ["hosts"], "viewer"],
    ["alpha", ["hold", "--reason=racks"], "operator"],
    ["alpha", ["forget", "gone"], "operator"],
    ["viewer", ["hold", "--reason=racks"], "operator"],
    ["viewer", ["resume"], "operator"],
    ["viewer", ["quarantine", idOf(9), "--reason=loops"], "operator"],
    ["viewer", ["release", idOf(9)], "operator"],
  ])("%s that types fleet %p is told the role %s", async (user, step, role) => {
    await as("beta").txn([], [putKey(KEYS.home(idOf(9)), "beta")]);
    const ended = await fleetStep(settingsOf(user), ...step);
    expect(ended).toMatchObject({ code: 77, stdout: "" });
    expect(ended.stderr).toContain(
      `permission denied: this needs the rights of the role ${role} under /lazarus-pit/v1/, which the account "${user}" lacks`,
    );
    expect(ended.stderr).toContain(
      `hint: set user and password_file of fleet_etcd to those of the account ${role}, which setup.sh made`,
    );
  });

  test("a host with the account of another is told the role of its own name", async () => {
    const { etcd } = hostContext(
      { ...loadSettings({}), fleet_name: "gamma", fleet_etcd: settingsOf("beta") },
      "store",
    );
    const error = await etcd.txn([], [putKey(KEYS.host("alive", "gamma"), "")]).then(
      () => undefined,
      (refused: EtcdError) => refused,
    );
    expect(error?.message).toEndWith(
      'this needs the rights of the role host-gamma under /lazarus-pit/v1/, which the account "beta" lacks',
    );
    expect(error?.hint).toContain("those of the account gamma, which setup.sh made");
  });

  test("check says what to correct if the password is wrong", async () => {
    const wrongOne = settingsOf("alpha", { password_file: file("beta.password") });
    const { stdout, code } = await fleetStep(wrongOne, "check");
    expect([code, stdout]).toEqual([
      77,
      expect.stringContaining("or password; check user and password_file of fleet_etcd"),
    ]);
  });

  test("check says that an account is needed if none is set", async () => {
    const none = { ...settingsOf("alpha"), user: undefined, password_file: undefined };
    const { stdout, code } = await fleetStep(none, "check");
    expect(code).toBe(77);
    expect(stdout).toContain("no account is set; set user and password_file of fleet_etcd\n");
  });

  test("a client certificate with a common name is refused, and check says what to do", async () => {
    const script = `openssl req -newkey rsa:2048 -nodes -keyout named.key -out named.csr -subj /CN=alpha &&
      openssl x509 -req -in named.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -out named.pem`;
    expect(await sh(script)).toMatchObject({ code: 0 });
    const named = { cert_file: file("named.pem"), key_file: file("named.key") };
    const { stdout, code } = await fleetStep(settingsOf("viewer", named), "check");
    expect(code).toBe(69);
    expect(stdout).toContain("use a client certificate without a common name (CN)");
  });

  test("check says that a key is of another certificate", async () => {
    const other = { key_file: file("late.key") };
    const { stdout, code } = await fleetStep(settingsOf("viewer", other), "check");
    expect([code, stdout]).toEqual([78, expect.stringContaining("is of another certificate")]);
  });

  test("check says which client certificate the server refuses, and which one will expire", async () => {
    const late = { cert_file: file("late.pem"), key_file: file("late.key") };
    const refused = await fleetStep(settingsOf("viewer", late), "check");
    expect(refused.code).toBe(78);
    expect(refused.stdout).toMatch(/^error +the client certificate expired at 20/m);
    expect(refused.stdout).toContain("it may refuse the client certificate");
    const soon = { cert_file: file("soon.pem"), key_file: file("late.key") };
    const valid = await fleetStep(settingsOf("viewer", soon), "check");
    expect(valid.code).toBe(0);
    expect(valid.stdout).toMatch(/^warning +the client certificate expires at 20/m);
    const [before, renewed] = [readFileSync(file("client.pem")), await setup("renew", "e1")];
    expect(renewed).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(file("client.pem")).equals(before)).toBe(false);
    const sound = await fleetStep(settingsOf("viewer"), "check");
    expect(sound.code).toBe(0);
    expect(sound.stdout).not.toContain("expire");
  });

  // [what is wrong, settings, what to do]
  const corrected: [string, () => Partial<FleetEtcd>, string][] = [
    [
      "http to a TLS port",
      () => ({ endpoints: [place.client.replace("https", "http")] }),
      "write https:// in endpoints",
    ],
    ["no CA", () => ({ ca_file: undefined }), "set ca_file to the ca.pem"],
    [
      "no client certificate",
      () => ({ cert_file: undefined, key_file: undefined }),
      "set cert_file and key_file",
    ],
  ];
  test.each(corrected)("check says what to do about %s", async (_what, more, message) => {
    const etcd = { ...settingsOf("viewer"), ...more() };
    const { stdout, code } = await fleetStep(etcd, "check");
    expect(code).toBe(69);
    expect(stdout).toContain(message);
    expect(stdout.match(/https?:\/\/127/g)).toHaveLength(1);
  });

  test("the hint for an address that the certificate does not name", () => {
    const message = "its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)";
    expect(gatewayHint(message)).toBe("; use a name in endpoints that setup.sh certs was given");
    expect(gatewayHint("connection refused (ECONNREFUSED)")).toBe("");
  });

  test("check names the prefix that the account has no rights under", async () => {
    const etcd = settingsOf("viewer", { prefix: "/other/" });
    const { stdout, code } = await fleetStep(etcd, "check");
    expect(code).toBe(77);
    expect(stdout).toContain("under /other/ the account viewer may not publish as ");
    expect(stdout).toContain("; nor give orders; check user, prefix and fleet_name\n");
  });

  test("setup.sh users refuses to run twice, and certs takes addresses", async () => {
    const again = await setup("users", place.client, "alpha");
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("setup.sh host") });
    const elsewhere = scratch();
    writeFileSync(join(elsewhere, "root.password"), "");
    const cutOff = await run(["sh", join(ETCD_CONFIG, "setup.sh"), "users", place.client], {
      cwd: elsewhere,
    });
    expect(cutOff).toMatchObject({ code: 1, stderr: expect.stringContaining("was cut off") });
    const certs = await run(
      ["sh", join(ETCD_CONFIG, "setup.sh"), "certs", "e1.rack.dc.eu1", "10.0.0.3", "fd00::3"],
      {
        cwd: elsewhere,
      },
    );
    expect(certs).toMatchObject({ code: 0, stderr: "" });
    const shown = await run(["openssl", "x509", "-in", "server.pem", "-noout", "-text"], {
      cwd: elsewhere,
    });
    expect(shown.stdout).toContain(
      "DNS:e1.rack.dc.eu1, IP Address:10.0.0.3, IP Address:FD00:0:0:0:0:0:0:3",
    );
  });

  // [name, why it is refused]
  test.each([
    ["root", "root has an account for other work"],
    ["viewer", "viewer has an account for other work"],
    ["operator", "operator has an account for other work"],
    ["alpha", "there is alpha.password here already; to make the account anew: etcdctl user del"],
    ["Delta", '"Delta" cannot be a fleet_name'],
    ["-delta", '"-delta" cannot be a fleet_name'],
    ["a/b", '"a/b" cannot be a fleet_name'],
    ["", '"" cannot be a fleet_name'],
  ])("setup.sh host refuses the name %p, and overwrites no password", async (name, why) => {
    const before = await sh("cat *.password");
    const ended = await setup("host", place.client, "delta", name);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`setup.sh: ${why}`);
    expect(await sh("cat *.password")).toEqual(before);
  });

  test("setup.sh says where it has to run, and keeps the pairs that are there", async () => {
    const elsewhere = scratch();
    const there = (...args: string[]) =>
      run(["sh", join(ETCD_CONFIG, "setup.sh"), ...args], { cwd: elsewhere });
    writeFileSync(join(elsewhere, "server.key"), "of a server");
    for (const [args, why] of [
      [["renew", "e1"], "ca.key or ca.pem is missing in this directory"],
      [["users", place.client, "delta"], "client.pem is missing in this directory"],
      [["host", place.client, "delta"], "root.password is missing in this directory"],
      [["host", place.client], "the names of the hosts"],
    ] as const)
      expect((await there(...args)).stderr).toContain(why);
    expect(readFileSync(join(elsewhere, "server.key"), "utf8")).toBe("of a server");
  });

  test("a password that everyone may read is refused", async () => {
    copyFileSync(file("viewer.password"), file("open.password"));
    chmodSync(file("open.password"), 0o644);
    const ended = await hostsWith(settingsOf("viewer", { password_file: file("open.password") }));
    expect(ended).toMatchObject({ code: 78, stdout: "" });
    expect(ended.stderr).toContain("everyone may read it");
  });

  test("the settings of the document are valid", () => {
    expect(v.is(SettingsFile, JSON.parse(documentBlock("json", "alpha.password")))).toBe(true);
  });

  test("the drop-in of the document differs from the unit by --fleet only", () => {
    const unit = readFileSync(join(ETCD_CONFIG, "../systemd/lazarus-pit.service"), "utf8");
    const [call = ""] = /^ExecStart=.*$/m.exec(unit) ?? [];
    const withFleet = call.replace(" supervise ", " supervise --fleet ");
    expect(withFleet).not.toBe(call);
    expect(documentBlock("ini", "supervise --fleet")).toContain(`\nExecStart=\n${withFleet}\n`);
  });

  test("etcd.env names the files that setup.sh writes, and flags that this etcd knows", async () => {
    const env = readFileSync(join(ETCD_CONFIG, "etcd.env"), "utf8");
    const variables = [...env.matchAll(/^(ETCD_[A-Z_]+)=(.*)$/gm)];
    const named = variables.flatMap(
      ([, , value = ""]) => /\/etc\/etcd\/(\S+)/.exec(value)?.[1] ?? [],
    );
    for (const name of named) expect(() => readFileSync(file(name))).not.toThrow();
    const help = await run(["etcd", "--help"]);
    const flags = variables.map(
      ([, name = ""]) => `--${name.slice(5).toLowerCase().replaceAll("_", "-")}`,
    );
    expect(flags.filter((flag) => !`${help.stdout}${help.stderr}`.includes(flag))).toEqual([]);
  });
});
