import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { commandFlags } from "../../lib/cli/place-flags.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";

const here = scratch();
const root = join(here, "missions");
const path = join(here, "config.json");
mkdirSync(root);
writeFileSync(path, '{"root": "/from-file", "stale_after_seconds": 400}');

interface Setting {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
}

const rootOf = (settings: Setting[]) => settings.find(({ name }) => name === "root");

describe.each(ONE_FORM)("a setting (%s)", (form) => {
  const config = async (args: string[], env: Record<string, string> = {}) => {
    const call = [...command(form, "lazarus-pit"), "config", "--json", ...args];
    return JSON.parse((await run(call, { env })).stdout) as Setting[];
  };

  test("comes from the default where nothing else names it", async () => {
    const settings = await config(["--config", path]);
    expect(settings).toContainEqual({ name: "stale_after_seconds", value: 400, source: path });
    expect(settings).toContainEqual({
      name: "allowed_skew_seconds",
      value: 60,
      source: "default",
    });
  });

  test.each([
    ["the file beats the default", [], {}, "/from-file", path],
    ["the environment beats the file", [], { LAZARUS_PIT_ROOT: "/e" }, "/e", "LAZARUS_PIT_ROOT"],
    ["a flag beats the environment", ["--root=/f"], { LAZARUS_PIT_ROOT: "/e" }, "/f", "--root"],
  ] as [string, string[], Record<string, string>, string, string][])(
    "%s",
    async (_, args, env, value, source) => {
      const settings = await config(args, { LAZARUS_PIT_CONFIG: path, ...env });
      expect(rootOf(settings)).toEqual({ name: "root", value, source });
    },
  );

  test("--config beats LAZARUS_PIT_CONFIG", async () => {
    const env = { LAZARUS_PIT_CONFIG: join(here, "absent.json") };
    expect(rootOf(await config(["--config", path], env))).toMatchObject({ source: path });
  });

  test.each([
    ["LAZARUS_PIT_ROOT", "", "Expected a path"],
    ["LAZARUS_PIT_STALE_AFTER_SECONDS", "soon", "Expected whole seconds, 0 to 1000000000"],
    [
      "LAZARUS_PIT_HEARTBEAT_WRITER",
      "logger",
      "Expected a list of strings: a program and its arguments",
    ],
  ])("%s=%p is refused with 78", async (name, value, why) => {
    expect(await refused(form, "scan", [], { env: { [name]: value } })).toEqual({
      code: 78,
      message: `Cannot use "${value}" for ${name}: ${why}`,
      hint: `correct ${name}; see what each setting takes with: lazarus-pit man lazarus_pit.json`,
    });
  });

  const NO_KIND = "fleet_sources.0: Expected a name and one of: url, command, file";
  // [a host of the fleet, what is wrong with it]
  test.each([
    [{ name: "Alpha", file: "/a.json" }, "fleet_sources.0.name: Expected a host name"],
    [{ name: "alpha", file: "a.json" }, "fleet_sources.0.file: Expected an absolute path"],
    [{ name: "alpha", url: "ftp://alpha" }, "fleet_sources.0.url: Expected an http or https URL"],
    [{ name: "alpha", command: "scan --json" }, "fleet_sources.0.command: Expected a list of"],
    [{ name: "alpha", url: "http://a", ca_file: "x" }, "fleet_sources.0.ca_file: Expected an abs"],
    [{ name: "alpha" }, NO_KIND],
    [{ name: "alpha", file: "/a.json", url: "http://a" }, NO_KIND],
    ["alpha", NO_KIND],
  ])("the host %p of a fleet is refused, and its wrong field is named", async (host, why) => {
    const oneHost = join(here, "one-host.json");
    writeFileSync(oneHost, JSON.stringify({ fleet_sources: [host] }));
    expect(await refused(form, "scan", ["--fleet", "--config", oneHost])).toMatchObject({
      code: 78,
      message: expect.stringContaining(`"${oneHost}": ${why}`),
    });
  });

  test("settings of a fleet that contradict each other are refused with 78", async () => {
    const twins = JSON.stringify([
      { name: "alpha", file: "/a.json" },
      { name: "alpha", file: "/b.json" },
    ]);
    const env = { LAZARUS_PIT_FLEET_SOURCES: twins };
    expect(await refused(form, "scan", ["--root", root], { env })).toMatchObject({
      code: 78,
      message:
        'Cannot use the settings of the fleet: fleet_sources has two hosts called "alpha": names must differ',
    });
  });

  test.each(["soon", "1.5", "1e3", "99999999999"])(
    "--stale-after-seconds %s is refused with 64",
    async (value) => {
      const flag = `--stale-after-seconds=${value}`;
      expect(await refused(form, "scan", ["--root", root, flag])).toMatchObject({
        code: 64,
        message: `Cannot use "${value}" for --stale-after-seconds: Expected whole seconds, 0 to 1000000000`,
      });
    },
  );

  test("is not read from the current directory", async () => {
    writeFileSync(join(here, "lazarus_pit.json"), '{"frob": 1}');
    const call = [...command(form, "scan"), "--root", root];
    expect(await run(call, { cwd: here })).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("the flags of a command for a person to type", () => {
  test("name what differs from the defaults, unless a named configuration says it", () => {
    const dir = { "state-dir": "/srv/state dir" };
    const { LAZARUS_PIT_CONFIG: before } = process.env;
    delete process.env["LAZARUS_PIT_CONFIG"];
    using _ = { [Symbol.dispose]: () => void (process.env["LAZARUS_PIT_CONFIG"] = before) };
    expect(commandFlags({})).toEqual({ prefix: "", cells: "", store: "" });
    expect(commandFlags({ root: "/srv/a", ...dir })).toEqual({
      prefix: "",
      cells: " --root /srv/a",
      store: " --root /srv/a --state-dir '/srv/state dir'",
    });
    expect(commandFlags({ config: path })).toEqual({
      prefix: "",
      config: ` --config ${path}`,
      cells: ` --config ${path}`,
      store: ` --config ${path}`,
    });
    expect(commandFlags({ config: path, root: "/srv/a" }).cells).toBe(
      ` --config ${path} --root /srv/a`,
    );
  });
});
