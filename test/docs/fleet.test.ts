/**
 * The session of lib/docs/fleet.md, as it stands there: three hosts in network namespaces, inside of
 * a namespace of the test's own.
 */
import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { SettingsFile } from "../../lib/contract/settings.ts";
import { documentBlock, placed } from "../tools/documents.ts";
import { startEndpoint, stopEndpoints } from "../tools/endpoint.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";

const here = scratch();
stopEndpoints();
const lack = lacking("root", "ip", "unshare", "curl");

test("serve-health --fleet serves the sources of its configuration, as it is shown", async () => {
  const config = join(here, "served.json");
  writeFileSync(config, JSON.stringify({ fleet_sources: [{ name: "gamma", file: "/absent" }] }));
  const shown = placed(documentBlock("sh", "serve-health --fleet"), {
    "/etc/lazarus-pit/fleet.json": config,
  });
  const flags = shown.trim().split(" ").slice(1);
  const endpoint = await startEndpoint("executable", ...flags);
  expect(await (await endpoint.get("/v1/fleet")).json()).toMatchObject({
    hosts: [{ name: "gamma" }],
  });
});

test("the sources that are shown are valid settings", () => {
  expect(v.is(SettingsFile, JSON.parse(documentBlock("json", "alpha-token")))).toBe(true);
});

test.skipIf(lack !== "")(
  `three hosts: live, one lost, live again${lack}`,
  async () => {
    mkdirSync(join(here, "bin"));
    for (const name of ["init-cell", "heartbeat", "scan", "serve-health"] as const)
      symlinkSync(command("executable", name)[0] ?? "", join(here, "bin", name));
    const script = join(here, "session.sh");
    writeFileSync(
      script,
      `set -e\nmount -t tmpfs tmpfs /run\n${documentBlock("sh", "ip netns add")}`,
    );
    const ended = await run(
      ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "bash", script],
      {
        cwd: here,
        env: { PATH: `${join(here, "bin")}:${process.env["PATH"]}:/usr/sbin:/sbin` },
      },
    );
    expect(ended.stderr).not.toContain("error");
    const footers = ended.stdout.split("\n").filter((line) => line.startsWith("3 hosts: "));
    expect(footers).toEqual(["3 hosts: 3 live", "3 hosts: 2 live, 1 lost", "3 hosts: 3 live"]);
    expect(ended.stdout).toMatch(/^two {4}lost {8}(?:no answer within 5s|no route to it)/m);
    expect(ended.code).toBe(0);
  },
  120_000,
);
