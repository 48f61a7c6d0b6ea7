/**
 * What config/prometheus/ offers, with Debian's Prometheus and its promtool.
 */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backgrounds, eventually } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { bearer, endpoints } from "../tools/served.ts";
import { lacking } from "../tools/needs.ts";
import { run, scratch } from "../tools/program.ts";
import { ALERTS, startPrometheus } from "../tools/prometheus.ts";

const read = (path: string) => readFileSync(join(import.meta.dir, path), "utf8");
const CASES = read("../contract/examples/alerts.yml");
const TOKEN = "the-token-of-the-endpoint";

interface Rule {
  readonly alert: string;
  expr: string;
}
interface Rules {
  readonly groups: readonly [{ readonly rules: readonly Rule[] }];
}
const rulesOf = (text: string) => Bun.YAML.parse(text) as Rules;
const NAMES = rulesOf(ALERTS).groups[0].rules.map(({ alert }) => alert);

const home = scratch();
const start = backgrounds();
const startEndpoint = endpoints();

/** Runs the cases against these rules, in a directory of their own. */
async function runCases(name: string, alerts: string) {
  const dir = join(home, name);
  mkdirSync(dir);
  writeFileSync(join(dir, "alerts.yml"), alerts);
  writeFileSync(join(dir, "cases.yml"), CASES);
  return (await run(["promtool", "test", "rules", "cases.yml"], { cwd: dir })).code;
}

const noTool = lacking("promtool");
describe.skipIf(noTool !== "")(`promtool${noTool}`, () => {
  test("finds nothing wrong with the alerts and the configuration", async () => {
    const cwd = join(import.meta.dir, "../../config/prometheus");
    expect((await run(["promtool", "check", "rules", "alerts.yml"], { cwd })).code).toBe(0);
    expect((await run(["promtool", "check", "config", "prometheus.yml"], { cwd })).code).toBe(0);
  });

  test("sees each alert fire, and not fire, in the cases", async () => {
    expect(await runCases("as-it-is", ALERTS)).toBe(0);
  });

  const changes = NAMES.flatMap((name) => [
    { name, made: "never fire", expr: "vector(0) == 1" },
    ...(name === "DeadMansSwitch" ? [] : [{ name, made: "always fire", expr: "vector(1)" }]),
  ]);
  test.each(changes)(
    "fails the cases when $name is made to $made",
    async ({ name, made, expr }) => {
      const rules = rulesOf(ALERTS);
      const rule = rules.groups[0].rules.find(({ alert }) => alert === name);
      if (rule !== undefined) rule.expr = expr;
      expect(await runCases(`${name} ${made}`, Bun.YAML.stringify(rules))).not.toBe(0);
    },
  );
});

const noServer = lacking("prometheus", "promtool");
describe.skipIf(noServer !== "")(`a real Prometheus${noServer}`, () => {
  test("scrapes serve-health with its token, and evaluates the alerts on it", async () => {
    const root = join(home, "root");
    mkdirSync(root);
    writeCell(root, idOf(1));
    writeCell(root, idOf(2), { age: 9999 });
    writeFileSync(join(home, "token"), TOKEN, { mode: 0o600 });
    const endpoint = await startEndpoint(
      "--listen=127.0.0.1:0",
      `--root=${root}`,
      `--token-file=${join(home, "token")}`,
    );
    await eventually(async () => ((await endpoint.fetch("/readyz")).ok ? true : undefined));
    const exposition = await (await endpoint.fetch("/metrics", { headers: bearer(TOKEN) })).text();
    const checked = await run(["promtool", "check", "metrics"], { input: exposition });
    expect(checked).toEqual({ code: 0, stdout: "", stderr: "" });

    const target = new URL(endpoint.address).host;
    const prometheus = startPrometheus(start, {
      directory: home,
      target,
      alerts: ALERTS,
      hasToken: true,
    });
    const samples = await eventually(async () => {
      const found = await prometheus.query("mission_cells");
      return found.length > 0 ? found : undefined;
    });
    const counts = samples.map(({ metric, value }) => [metric["status"], value[1]]);
    expect(Object.fromEntries(counts)).toMatchObject({ healthy: "1", stale: "1" });
    await eventually(async () => {
      const alerts = await prometheus.alerts();
      const said = alerts.map(({ labels, state }) => `${labels["alertname"]} ${state}`);
      const awaited = ["DeadMansSwitch firing", "MissionCellStale pending"];
      return awaited.every((each) => said.includes(each)) ? true : undefined;
    });
  }, 600_000);
});
