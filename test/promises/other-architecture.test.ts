/**
 * On another architecture a scan gives the same verdicts. The program is built for it and run under
 * qemu, which has no openat2(2): so it reads by the chain of openat(2).
 */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { writeRoot } from "../tools/roots.ts";

const CELLS = 400;
/** Where Debian's libc6-arm64-cross puts the C library. */
const LIBRARIES = "/usr/aarch64-linux-gnu";
/** Without the settings of the tests: under qemu 7.2 their file is not found. */
const QEMU = ["env", "-u", "LAZARUS_PIT_CONFIG", "qemu-aarch64-static", "-L", LIBRARIES];

const lack = lacking(existsSync(LIBRARIES) ? "qemu-aarch64-static" : "libc6-arm64-cross");
const folder = scratch();
const root = join(folder, "missions");

/** Builds scan for arm64; bun gets the runtime from npm's registry. */
async function buildForArm64(): Promise<string> {
  const program = join(folder, "scan");
  const script = join(import.meta.dir, "../../bin/scan.ts");
  const flags = ["--compile", "--target=bun-linux-arm64", "--outfile", program];
  const env = { BUN_INSTALL_CACHE_DIR: join(folder, "cache") };
  const { code, stderr } = await run([process.execPath, "build", ...flags, script], { env });
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return program;
}

/** The lines of a scan, without what differs from moment to moment. */
async function linesOf(program: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run([...program, "--root", root, "--ndjson"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.replaceAll(/"age_seconds":[^,]*,/g, "").split("\n");
}

test.skipIf(lack !== "")(
  `on arm64 a scan says the same as on this machine, by system calls of its own${lack}`,
  async () => {
    writeRoot(root, CELLS);
    const arm64 = [...QEMU, await buildForArm64()];
    const version = JSON.parse((await run([...arm64, "--version", "--json"])).stdout) as object;
    expect(version).toMatchObject({ arch: "arm64", syscalls: expect.stringMatching(/^openat2?$/) });
    const lines = await linesOf(arm64);
    expect(lines).toEqual(await linesOf(command("executable", "scan")));
    expect(lines.filter((line) => line.includes('"mission_id"')).length).toBe(CELLS);
  },
);
