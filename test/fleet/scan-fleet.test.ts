/**
 * `scan --fleet` with reports that real scans wrote: each form of its output, and each refusal.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { FleetCell, FleetReport } from "../../lib/contract/fleet-report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";

const here = scratch();
const pathOf = (name: string) => join(here, `${name}.json`);
/** A report whose time was long ago. */
const OLD = { generated_at: "2020-01-01T00:00:00.000Z" };

beforeAll(async () => {
  for (const [name, cells] of Object.entries({ alpha: [1, 2], beta: [3] })) {
    const root = join(here, name);
    mkdirSync(root);
    for (const each of cells) writeCell(root, idOf(each), each === 3 ? { title: "The third" } : {});
    await run([...command("executable", "scan"), `--root=${root}`, `--output=${pathOf(name)}`]);
  }
  mkdirSync(join(here, "alpha", idOf(4)));
  await run([
    ...command("executable", "scan"),
    `--root=${here}/alpha`,
    `--output=${pathOf("alpha")}`,
  ]);
  const beta = JSON.parse(readFileSync(pathOf("beta"), "utf8")) as object;
  writeFileSync(pathOf("gamma"), JSON.stringify({ ...beta, ...OLD }));
});

const ALL = ["alpha", "beta", "absent"].map(pathOf);

describe.each(FORMS)("scan --fleet (%s)", (form) => {
  const scan = (...args: string[]) => run([...command(form, "scan"), "--fleet", ...args]);

  test("shows the hosts that are not live, then the cells that need somebody", async () => {
    expect(await scan(...ALL)).toEqual({
      code: 0,
      stderr: "",
      stdout: `HOST    STATE       WHY
absent  lost        no such file or directory (ENOENT)

HOST    MISSION                               STATUS
alpha   ${idOf(4)}  uninitialized
    meta does not exist

3 hosts: 2 live, 1 lost
4 cells: 3 healthy, 0 stale, 0 incomplete, 1 uninitialized
`,
    });
  });

  test("is the report of the fleet with --json, whose cells --status selects", async () => {
    const { stdout } = await scan(...ALL, "--json", "--status=uninitialized,stale");
    const report = v.parse(v.strictObject(FleetReport.entries), JSON.parse(stdout));
    expect(report.cells.map(({ host, mission_id }) => [host, mission_id])).toEqual([
      ["alpha", idOf(4)],
    ]);
    expect(report.summary.cells).toMatchObject({ total: 4, healthy: 3 });
  });
});

describe.each(ONE_FORM)("scan --fleet (%s)", (form) => {
  const scan = (...args: string[]) => run([...command(form, "scan"), "--fleet", ...args]);

  test("shows what was last known of a mission on a host that is not live", async () => {
    const { stdout, code } = await scan(pathOf("gamma"), pathOf("alpha"), idOf(3));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gamma {2}silent {6}its report is .* old; 1 cell not known since /m);
    expect(stdout).toContain(`gamma  ${idOf(3)}  not known, was healthy\n`);
    expect(stdout).not.toContain(idOf(4));
  });

  test("is a line for each cell with --ndjson, and an empty list without cells", async () => {
    const { stdout } = await scan(pathOf("gamma"), pathOf("beta"), "--ndjson");
    const cells = stdout
      .trim()
      .split("\n")
      .map((line) => v.parse(FleetCell, JSON.parse(line)));
    expect(cells.map(({ host, known }) => [host, known])).toEqual([
      ["beta", true],
      ["gamma", false],
    ]);
    const none = await scan(pathOf("beta"), "--json", "--status=stale");
    expect(JSON.parse(none.stdout)).toMatchObject({ cells: [], summary: { hosts: { live: 1 } } });
    const labelled = await scan(pathOf("beta"), "--json", "--label=team=none");
    expect(JSON.parse(labelled.stdout)).toMatchObject({ cells: [] });
  });

  test.each<[string, string[], number, string]>([
    ["one with a warning", [pathOf("alpha")], 1, "FLEET WARNING - 1 of 1 hosts live"],
    ["a lost host", ALL, 2, "absent is lost: no such file or directory (ENOENT)"],
    ["a mission on two hosts", [pathOf("beta"), pathOf("gamma")], 2, "gamma is silent"],
    ["no answer", [pathOf("absent")], 3, "no host answers: absent is lost"],
  ])("--check of %s exits as a plugin does", async (_, hosts, code, text) => {
    const ended = await scan("--check", ...hosts);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: "" });
    expect(ended.stdout).toContain(text);
  });

  test("--check that cannot look is UNKNOWN", async () => {
    const ended = await scan("--check", "--config", join(here, "nowhere"));
    expect(ended).toMatchObject({ code: 3, stdout: expect.stringContaining("FLEET UNKNOWN - ") });
  });

  test("writes its metrics and its report to a file", async () => {
    const [metrics, report] = [join(here, "fleet.prom"), join(here, "fleet.json")];
    expect(await scan(...ALL, "--prometheus", "--output", metrics)).toMatchObject({ stdout: "" });
    expect(readFileSync(metrics, "utf8")).toContain('lazarus_pit_fleet_hosts{state="lost"} 1\n');
    expect(await scan(...ALL, "--output", report)).toMatchObject({ code: 0, stdout: "" });
    expect(v.is(FleetReport, JSON.parse(readFileSync(report, "utf8")))).toBe(true);
  });

  test("asks an address directly, whatever proxy the environment names", async () => {
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response(readFileSync(pathOf("alpha"))),
    });
    const url = `http://127.0.0.1:${server.port}/v1/report`;
    const proxy = "http://127.0.0.1:9";
    const env = { http_proxy: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy };
    const { stdout } = await run([...command(form, "scan"), "--fleet", url], { env });
    expect(stdout).toContain("1 host: 1 live\n");
  });

  test("takes its hosts from the configuration", async () => {
    const config = join(here, "config");
    const sources = [
      { name: "one", file: pathOf("alpha") },
      { name: "two", command: ["cat", pathOf("beta")] },
    ];
    writeFileSync(config, JSON.stringify({ fleet_sources: sources }));
    const { stdout } = await scan("--config", config);
    expect(stdout).toEndWith(
      "2 hosts: 2 live\n4 cells: 3 healthy, 0 stale, 0 incomplete, 1 uninitialized\n",
    );
  });

  test("an empty list of hosts is named, not an etcd that is not there", async () => {
    const config = join(here, "empty");
    writeFileSync(config, JSON.stringify({ fleet_sources: [] }));
    const { code, stderr } = await scan("--config", config);
    expect({ code, stderr }).toEqual({
      code: 69,
      stderr: `scan: error: The fleet has no hosts: fleet_sources is empty
scan: hint: name its hosts there, or in the call: scan --fleet http://alpha:8471/v1/report beta.json
`,
    });
  });

  // [step of lazarus-pit fleet, hint]
  test.each([
    ["hold", "give the order on the host: ssh HOST supervise hold …"],
    ["release", "give the order on the host: ssh HOST supervise release …"],
    ["forget", "remove the host from fleet_sources"],
    ["check", "see which hosts answer, and why others do not, with: scan --fleet"],
  ])("fleet %s names a step that there is for hosts without etcd", async (step, hint) => {
    const config = join(here, "sources");
    writeFileSync(
      config,
      JSON.stringify({ fleet_sources: [{ name: "one", file: pathOf("alpha") }] }),
    );
    const words = { hold: ["--reason=x"], release: [idOf(1)], forget: ["one"] }[step] ?? [];
    const call = [...command(form, "lazarus-pit"), "fleet", step, ...words, "--config", config];
    const ended = await run(call);
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toStartWith(`lazarus-pit fleet: error: Cannot use ${step} with fleet_s`);
    expect(ended.stderr).toEndWith(`hint: ${hint}\n`);
  });

  test.each<[string, string[], number, string]>([
    [
      "without hosts",
      [],
      78,
      "Cannot look at the fleet: neither fleet_sources nor fleet_etcd is set",
    ],
    [
      "with two hosts of one name",
      ["/a/alpha.json", "/b/alpha.json"],
      64,
      'Cannot use "/b/alpha.json": another source is called "alpha" too',
    ],
    ["with an odd name", ["/a/b c.json"], 64, 'Cannot use "/a/b c.json" as a host of the fleet'],
    ["with a flag of one host", ["--explain", idOf(1)], 64, "--explain together with --fleet"],
    ["with a flag of scan's table", ["--watch"], 64, "--watch together with --fleet"],
    ["with two versions", ["--report-version=1"], 64, "--report-version together with --fleet"],
    ["with an unknown status", ["--status=dead"], 64, '"dead" for --status'],
    ["with a password", ["http://u:p@alpha/"], 64, "as a host of the fleet"],
  ])("%s is refused", async (_, args, code, message) => {
    expect(await refused(form, "scan", ["--fleet", ...args])).toEqual({
      code,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });

  test.each([
    ["the end of its id", idOf(3).slice(-12)],
    ["its id in capitals", idOf(3).toUpperCase()],
    ["its title in any case", "THE third"],
  ])("a mission is shown by %s", async (_, name) => {
    const { stdout, code } = await scan(...ALL, "--ndjson", name);
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ host: "beta", mission_id: idOf(3) }]);
  });

  test.each([
    ["part of no id", "dead-beef", 66, "id begins or ends with it; 1 of them may have it"],
    ["part of several ids", "0b7e", 64, `4 match it: ${idOf(1)}`],
    ["a mission to check", "--check", 64, "Cannot use a mission together with --check"],
    ["no title", "the fourth", 64, "nor the title of a mission of the fleet"],
  ])("%s is an error", async (_, name, code, message) => {
    const ended = await scan(...ALL, name, ...(name === "--check" ? [idOf(1)] : []));
    expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(message) });
  });

  test("a mission on no host is 66, and says who may have it", async () => {
    const ended = await scan(pathOf("beta"), pathOf("absent"), idOf(9));
    expect(ended).toMatchObject({
      code: 66,
      stderr: expect.stringContaining(
        `has the mission ${idOf(9)}; 1 of them may have it, but are not live`,
      ),
    });
  });

  test.each(["the parser", "0b7e", idOf(1)])("of %s without an answer is 69", async (mission) => {
    const ended = await scan(pathOf("absent"), mission);
    expect(ended).toMatchObject({ code: 69, stdout: "" });
    expect(ended.stderr).toContain("No host of the fleet answered; absent: no such file");
  });

  test("no answer at all is 69, after what was met", async () => {
    const ended = await scan(pathOf("absent"));
    expect(ended).toMatchObject({
      code: 69,
      stdout: expect.stringContaining("1 host: 1 lost"),
      stderr: expect.stringContaining("No host of the fleet answered; absent: no such file"),
    });
  });
});
