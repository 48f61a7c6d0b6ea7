/**
 * Builds the standalone executables and the handler for other servers into dist/:
 * `bun run build [script…]`. The pages that they embed are built first.
 *
 * By default Bun's executables load `bunfig.toml` and `.env` from the working directory; the flags
 * turn that off. runtime.ts makes them ignore Bun's environment variables. Never strip the
 * results: a stripped executable is a plain `bun`, without a warning.
 *
 * @module
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";
import { writePages } from "./page.ts";
import { ignoreBunVariables } from "./runtime.ts";

const ROOT = join(import.meta.dir, "../..");
/** The scripts of bin/ that become executables. */
export const PROGRAMS = [
  "init-cell",
  "mission",
  "scan",
  "heartbeat",
  "serve-health",
  "supervise",
  "accept-proposals",
  "lazarus-pit",
] as const;

const FLAGS = [
  "--compile",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
  "--reject-unresolved",
  "--minify-syntax",
  "--minify-whitespace",
  // Precompiled code and a later JIT halve the start time of short runs. A split program loads only the
  // code that its command line needs: a heartbeat takes 1.8 times the CPU of a hello world, not 2.3.
  "--bytecode",
  "--splitting",
  "--format=esm",
  "--compile-jit-policy=16",
];

/** Builds one script into `outfile`. */
export const buildExecutable = (script: string, outfile: string): Promise<void> =>
  withRuntime((runtime) => compile(runtime, script, outfile));

/** Calls `use` with the path of a temporary patched runtime. */
async function withRuntime(use: (runtime: string) => Promise<void>): Promise<void> {
  const bytes = readFileSync(process.execPath);
  ignoreBunVariables(bytes);
  const directory = mkdtempSync(join(tmpdir(), "lazarus-pit-build-"));
  try {
    const runtime = join(directory, "bun");
    writeFileSync(runtime, bytes, { mode: 0o755 });
    await use(runtime);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function compile(runtime: string, script: string, outfile: string): Promise<void> {
  const define = `--define=LAZARUS_PIT_COMMIT=${JSON.stringify(await commitOf(ROOT))}`;
  const flags = [...FLAGS, define, `--compile-executable-path=${runtime}`, "--outfile", outfile];
  const argv = [process.execPath, "build", ...flags, `bin/${script}.ts`];
  const child = Bun.spawn(argv, { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
  const [stderr, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`bun build ${script} ended with ${code}: ${stderr}`);
}

/**
 * The commit of the tree at `directory`, with `-dirty` after changes; `unknown` outside git, and
 * also where the tree is only a part of another one's repository.
 */
export async function commitOf(directory: string): Promise<string> {
  const inside = await $`git rev-parse --show-prefix`.cwd(directory).quiet().nothrow();
  if (inside.exitCode !== 0 || inside.text().trim() !== "") return "unknown";
  const describe = $`git describe --always --dirty --abbrev=12 ${"--exclude=*"}`;
  const described = await describe.cwd(directory).quiet().nothrow();
  return described.exitCode === 0 ? described.text().trim() : "unknown";
}

/** Builds dist/handler.js, the endpoint for gateways in Bun or Node, and copies its types. */
async function buildHandler(): Promise<void> {
  await Bun.build({
    entrypoints: [join(ROOT, "lib/http/embed/embed.ts")],
    outdir: join(ROOT, "dist"),
    naming: "handler.js",
    target: "node",
    format: "esm",
  });
  copyFileSync(join(ROOT, "lib/http/embed/package.d.ts"), join(ROOT, "dist/handler.d.ts"));
  console.log("dist/handler.js");
}

if (import.meta.main) {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  await writePages();
  const scripts = process.argv.slice(2);
  await withRuntime(async (runtime) => {
    for (const script of scripts.length > 0 ? scripts : PROGRAMS) {
      await compile(runtime, script, join("dist", script));
      console.log(`dist/${script}`);
    }
  });
  if (scripts.length === 0) await buildHandler();
}
