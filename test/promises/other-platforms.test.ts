/**
 * On another architecture, and with another C library, a scan gives the same verdicts. The program is
 * built for arm64 and run under qemu, which has no openat2(2): so it reads by the chain of openat(2). And
 * it is built for musl, as on Alpine.
 */
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { writeRoot } from "../tools/roots.ts";

const CELLS = 400;
/** Where Debian's libc6-arm64-cross puts the C library. */
const ARM64_LIBRARIES = "/usr/aarch64-linux-gnu";
/** Without the settings of the tests: under qemu 7.2 their file is not found. */
const QEMU = ["env", "-u", "LAZARUS_PIT_CONFIG", "qemu-aarch64-static", "-L", ARM64_LIBRARIES];
/** The C++ library of Debian and what it needs, which a program for musl loads as well. */
const CPP_LIBRARIES = ["libstdc++.so.6", "libgcc_s.so.1"];
const DEBIAN_LIBRARIES = "/usr/lib/x86_64-linux-gnu";

const noArm64 = lacking(existsSync(ARM64_LIBRARIES) ? "qemu-aarch64-static" : "libc6-arm64-cross");
const noMusl = lacking(process.arch === "x64" ? "musl-gcc" : "x86-64");
const folder = scratch();
const root = join(folder, "missions");
writeRoot(root, CELLS);

/** Builds scan for a target; bun gets the runtime from npm's registry. */
async function buildFor(target: string): Promise<string> {
  const program = join(folder, `scan-${target}`);
  const script = join(import.meta.dir, "../../bin/scan.ts");
  const flags = ["--compile", `--target=bun-${target}`, "--outfile", program];
  const env = { BUN_INSTALL_CACHE_DIR: join(folder, "cache") };
  await succeed([process.execPath, "build", ...flags, script], env);
  return program;
}

async function succeed(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, { env });
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** A command that runs programs for musl: with the C++ library, and what it needs of glibc. */
async function forMusl(): Promise<string[]> {
  const libraries = join(folder, "musl");
  mkdirSync(libraries);
  for (const name of CPP_LIBRARIES)
    copyFileSync(join(DEBIAN_LIBRARIES, name), join(libraries, name));
  const [source, built] = ["../tools/glibc-names.c", "ld-linux-x86-64.so.2"];
  const flags = ["-shared", "-fPIC", "-nostdlib", "-o", join(libraries, built)];
  await succeed(["musl-gcc", ...flags, join(import.meta.dir, source), "-lc"]);
  return ["env", `LD_LIBRARY_PATH=${libraries}`];
}

/** What a scan says, line by line, without what differs from moment to moment. */
async function linesOf(program: readonly string[]): Promise<string[]> {
  const stdout = await succeed([...program, "--root", root, "--ndjson"]);
  return stdout.replaceAll(/"age_seconds":[^,]*,/g, "").split("\n");
}

/** The program reads by system calls of its own, and says what the one of this machine says. */
async function expectSameScan(program: readonly string[], platform: object): Promise<void> {
  const version = JSON.parse(await succeed([...program, "--version", "--json"])) as object;
  expect(version).toMatchObject(platform);
  const lines = await linesOf(program);
  expect(lines).toEqual(await linesOf(command("executable", "scan")));
  expect(lines.filter((line) => line.includes('"mission_id"')).length).toBe(CELLS);
}

test.skipIf(noArm64 !== "")(`a scan says the same on arm64${noArm64}`, async () => {
  const program = [...QEMU, await buildFor("linux-arm64")];
  await expectSameScan(program, { arch: "arm64", syscalls: expect.stringMatching(/^openat2?$/) });
});

test.skipIf(noMusl !== "")(`a scan says the same with musl's C library${noMusl}`, async () => {
  const built = await buildFor("linux-x64-musl");
  expect(readFileSync(built).includes("/lib/ld-musl-x86_64.so.1")).toBe(true);
  const here = await succeed([...command("executable", "scan"), "--version", "--json"]);
  const { syscalls } = JSON.parse(here) as { syscalls: string };
  await expectSameScan([...(await forMusl()), built], { arch: "x64", syscalls });
});
