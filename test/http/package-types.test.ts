/**
 * The types that a gateway in TypeScript gets with the handler.
 */
import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as Mount from "../../lib/http/embed/embed.ts";
import type { Handler } from "../../lib/http/handler.ts";
import type { NodeListener } from "../../lib/http/embed/node-adapter.ts";
import type * as Package from "../../lib/http/embed/package.d.ts";
import { documentBlock } from "../tools/documents.ts";
import { run, scratch } from "../tools/program.ts";

const ROOT = join(import.meta.dir, "../..");

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
type Gives<A, B> = A extends B ? true : never;

test("match the handler's", () => {
  // The compiler is what fails here.
  const same: [
    Same<Package.Handler, Handler>,
    Same<Package.NodeListener, NodeListener>,
    Same<Package.MountOptions, Omit<Mount.MountOptions, "write">>,
    Gives<Mount.Mounted, Package.Mounted>,
    Gives<ReturnType<typeof Mount.reportFile>, Package.ReportSource>,
    Same<Parameters<typeof Mount.reportFile>, Parameters<typeof Package.reportFile>>,
    Same<Parameters<typeof Mount.rootScans>, Parameters<typeof Package.rootScans>>,
    Same<Parameters<typeof Mount.nodeAdapter>, Parameters<typeof Package.nodeAdapter>>,
  ] = [true, true, true, true, true, true, true, true];
  expect(same).toHaveLength(8);
});

/** Compiles a gateway in TypeScript that depends on the package. */
async function compile(code: string) {
  const folder = scratch();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/lazarus-pit"));
  symlinkSync(join(ROOT, "node_modules/@types"), join(folder, "node_modules/@types"));
  symlinkSync(join(ROOT, "node_modules/undici-types"), join(folder, "node_modules/undici-types"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(join(folder, "gateway.ts"), code);
  const flags = "--strict --noEmit --module nodenext --types node --target es2023 --pretty false";
  const tsc = [join(ROOT, "node_modules/.bin/tsc"), ...flags.split(" "), "gateway.ts"];
  const { code: exit, stdout } = await run(["env", "-C", folder, ...tsc]);
  return { exit, stdout };
}

test("accept the documents' gateway, and reject a wrong one", async () => {
  const gateway = documentBlock("js", "lazarus-pit/handler");
  expect(await compile(gateway)).toEqual({ exit: 0, stdout: "" });
  const { exit, stdout } = await compile(gateway.replace("60_000", '"a minute"'));
  expect(exit).not.toBe(0);
  expect(stdout).toContain(
    "Argument of type 'string' is not assignable to parameter of type 'number'",
  );
});
