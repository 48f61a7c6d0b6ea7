/**
 * Promise: variables that are meant for Bun programs in general do nothing to ours. Each of those
 * below keeps an executable that Bun compiles from its work, has it print what is secret, or has
 * it write files; the command of `heartbeat run` gets all of them as they are.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { PROGRAMS } from "../../lib/dev/build.ts";
import { Gitea, TOKEN } from "../tools/gitea.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { ignoreBunVariables, EXPECTED_VARIABLES } from "../../lib/dev/runtime.ts";

const here = scratch();
const beats = join(here, "beats");
const written = join(here, "written");
const SECRET = "a-secret-of-32-plain-characters.";

const VARIABLES: Readonly<Record<string, string>> = {
  BUN_BE_BUN: "1",
  BUN_OPTIONS: `--preload ${join(here, "absent.js")}`,
  BUN_INSPECT: "ws://127.0.0.1:1/x?wait=1",
  BUN_INSPECT_CONNECT_TO: `unix://${join(here, "absent")}`,
  BUN_JSC_noSuchOption: "1",
  BUN_JSC_dumpOptions: "2",
  BUN_BYTECODE_ORDER_OUT: written,
  BUN_FEATURE_FLAG_NO_ORPHANS: "1",
  JSC_SIGNAL_FOR_GC: "99999",
  SIMDUTF_FORCE_IMPLEMENTATION: "none-of-them",
  WTF_numberOfProcessorCores: "many",
};
const each = Object.entries(VARIABLES).map(([name, value]) => [name, value] as const);

test("a plain bun obeys them", async () => {
  const env = { BUN_OPTIONS: "--version" };
  const { stdout } = await run([process.execPath, "-e", "console.log('ran')"], { env });
  expect(stdout).not.toContain("ran");
});

describe("an executable", () => {
  test.each(each)("wraps a command under %s=%s, which it hands on", async (name, value) => {
    const wrapper = [...command("executable", "heartbeat"), "run", "--job=x"];
    const shell = ["sh", "-c", 'eval "printf %s \\"\\$$0\\""; exit 7', name];
    const argv = ["timeout", "20", ...wrapper, "--heartbeat-dir", beats, "--", ...shell];
    expect(await run(argv, { env: { [name]: value } })).toEqual({
      code: 7,
      stdout: value,
      stderr: "",
    });
    expect(existsSync(written)).toBe(false);
  });

  test.each(PROGRAMS)("%s says the same under all of them", async (program) => {
    const argv = ["timeout", "20", ...command("executable", program), "--help"];
    const plain = await run(argv);
    expect(plain).toMatchObject({ code: 0, stderr: "" });
    expect(await run(argv, { env: VARIABLES })).toEqual(plain);
  });

  test("scan --check finds a failed job under each of them", async () => {
    const places = ["--heartbeat-dir", join(here, "failed")];
    const job = [...command("executable", "heartbeat"), "--job=x", "--status=fail", ...places];
    expect(await run(job)).toMatchObject({ code: 0 });
    const check = [...command("executable", "scan"), "--jobs", "--check", ...places];
    const plain = await run(check);
    expect(plain.code).toBe(2);
    for (const [name, value] of each) {
      const { code } = await run(["timeout", "20", ...check], { env: { [name]: value } });
      expect({ name, code }).toEqual({ name, code: 2 });
    }
  });
});

describe.each(FORMS)("with BUN_CONFIG_VERBOSE_FETCH (%s)", (form) => {
  const env = { BUN_CONFIG_VERBOSE_FETCH: "curl" };
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json([]) });
  afterAll(() => server.stop(true));
  const secret = (name: string, text: string): string => {
    const path = join(here, `${name}-${form}`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  test("a ping does not print its address", async () => {
    const file = secret("ping", `http://127.0.0.1:${server.port}/${SECRET}`);
    const flags = ["--job=x", "--heartbeat-dir", beats, "--ping-file", file];
    const argv = [...command(form, "heartbeat"), "run", ...flags, "--", "true"];
    expect(await run(argv, { env })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("the bridge does not print its token", async () => {
    const root = join(here, `missions-${form}`);
    mkdirSync(root);
    const flags = [`--root=${root}`, `--state-dir=${join(here, `state-${form}`)}`];
    const gitea = await Gitea.start();
    const tracker = [...gitea.flags(secret("token", TOKEN)), "--gitea-allow=alice"];
    const argv = [...command(form, "accept-proposals"), "--poll", ...flags, ...tracker];
    const { code, stdout, stderr } = await run(argv, { env });
    expect(code).toBe(0);
    expect(gitea.seen.length).toBeGreaterThan(0);
    expect(stdout + stderr).not.toContain(TOKEN);
  });
});

/** The part of a runtime that holds the names of its variables. */
const names = (more = ""): Buffer =>
  Buffer.from(`\0${EXPECTED_VARIABLES.join("\0")}\0${more}\0`, "latin1");

describe("the build", () => {
  const letters = Array.from("BUN_JSC_", (letter) => letter.charCodeAt(0));
  const x64 = letters.flatMap((letter, n) =>
    n === 0 ? [0x41, 0x80, 0x3e, letter, 0x75, 0xe5] : [0x41, 0x80, 0x7e, n, letter, 0x75, 0xe0],
  );
  const arm64 = letters.flatMap((letter, n) => {
    const compare = [0x5f, ((letter << 2) & 0xff) | 1, letter >> 6, 0x71];
    return [...compare, 0xa1, 0xfe, 0xff, 0x54, 0x2a, 4 * n + 5, 0x40, 0x39];
  });

  test.each([
    ["x86-64", x64, 3, [0]],
    ["arm64", arm64, 1, [1, 0]],
  ])("patches a runtime for %s, and changes nothing else", (_, code, at, cleared) => {
    const plain = [names("BUN_ENABLE_CRASH_REPORTING\0BUN_NEW_IN_IT"), Buffer.from(code)];
    const runtime = Buffer.concat(plain);
    ignoreBunVariables(runtime);
    const before = plain[0]?.toString("latin1") ?? "";
    const expected = Buffer.from(
      EXPECTED_VARIABLES.reduce(
        (text, name) => text.replace(`\0${name}\0`, `\0\0${name.slice(1)}\0`),
        before,
      ).replace("\0BUN_NEW", "\0\0UN_NEW"),
      "latin1",
    );
    const patched = Buffer.from(code);
    patched.set(cleared, at);
    expect(runtime.equals(Buffer.concat([expected, patched]))).toBe(true);
  });

  test.each([
    ["a name is missing", [Buffer.from("\0BUN_OPTIONS\0"), x64], "JSC_SIGNAL_FOR_GC 0 times"],
    ["a name is there twice", [names("BUN_OPTIONS"), x64], "BUN_OPTIONS 2 times"],
    ["the comparison is missing", [names(), []], "0 comparisons with BUN_JSC_"],
    ["there are two comparisons", [names(), [...x64, ...x64]], "2 comparisons with BUN_JSC_"],
  ])("fails if %s, and does not change the bytes", (_, [text = [], code = []], why) => {
    const runtime = Buffer.concat([Buffer.from(text as Buffer), Buffer.from(code as number[])]);
    const before = Buffer.from(runtime);
    expect(() => ignoreBunVariables(runtime)).toThrow(`it contains ${why}, expected once`);
    expect(runtime.equals(before)).toBe(true);
  });
});
