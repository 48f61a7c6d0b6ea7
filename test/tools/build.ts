/**
 * Builds the standalone executables, and the handler for other servers, into dist/:
 * `bun run build [script…]`.
 *
 * By default Bun's executables run code from the directory they are started in (a
 * `bunfig.toml` there, its `.env`); the flags turn that off. Never strip the results: a
 * stripped executable is silently a plain `bun`.
 *
 * @module
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
/** The scripts of bin/, each of which becomes an executable. */
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
  // Parsed code is kept, and the JIT waits longer: short runs start in half the time.
  "--bytecode",
  "--format=esm",
  "--compile-jit-policy=16",
];

/** Builds one script into `outfile`. */
export async function buildExecutable(script: string, outfile: string): Promise<void> {
  const argv = [process.execPath, "build", ...FLAGS, "--outfile", outfile, `bin/${script}.ts`];
  const child = Bun.spawn(argv, { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
  const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`bun build ${script} ended with ${code}: ${said}`);
}

/** Builds dist/handler.js: the endpoint for a gateway, in JavaScript that Node runs as well, and its types. */
async function buildHandler(): Promise<void> {
  await Bun.build({
    entrypoints: [join(ROOT, "lib/edges/http/mount.ts")],
    outdir: join(ROOT, "dist"),
    naming: "handler.js",
    target: "node",
    format: "esm",
  });
  copyFileSync(join(ROOT, "lib/edges/http/package.d.ts"), join(ROOT, "dist/handler.d.ts"));
  console.log("dist/handler.js");
}

if (import.meta.main) {
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const asked = process.argv.slice(2);
  for (const script of asked.length > 0 ? asked : PROGRAMS) {
    await buildExecutable(script, join("dist", script));
    console.log(`dist/${script}`);
  }
  if (asked.length === 0) await buildHandler();
}
