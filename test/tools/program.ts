/**
 * The real programs, for tests: each as a script run by Bun and as an executable.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "bun:test";
import type { PROGRAMS } from "../../lib/dev/build.ts";
import { bareEnvironment, CLONE } from "./surroundings.ts";

const ROOT = join(import.meta.dir, "../..");

/** The forms in which a program comes: tests of what a form can change run on both. */
export const FORMS = ["script", "executable"] as const;
/**
 * For tables of what a program decides, as of flags, inputs and orders: no form changes that, and a
 * script takes three times the CPU to start. Other tests start each program in both forms.
 */
export const ONE_FORM = ["executable"] as const;
export type Form = (typeof FORMS)[number];
export type Program = (typeof PROGRAMS)[number];

/** The start of the command line that runs a program in one of its forms. */
export const command = (form: Form, program: Program): string[] =>
  form === "script" ? [join(CLONE, "bin", `${program}.ts`)] : [join(CLONE, "dist", program)];

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** Runs an argument list to its end, with only `env` and what a program needs to start. */
export async function run(
  argv: readonly string[],
  { cwd, env = {}, input = "" }: Surroundings = {},
): Promise<Ended> {
  const child = Bun.spawn([...argv], {
    cwd: cwd ?? ROOT,
    env: { ...bareEnvironment(), ...env },
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Where files live in memory: for tests that write so often that a disk would hold them up. */
export const MEMORY = "/dev/shm";

/** A directory of this test file's own, removed at its end. Call it at the file's top. */
export function scratch(parent = tmpdir()): string {
  const path = mkdtempSync(join(parent, "lazarus-pit-test-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
