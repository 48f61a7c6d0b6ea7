/**
 * The types that a gateway in TypeScript gets with the handler.
 */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as Mount from "../lib/edges/http/mount.ts";
import type { Handler } from "../lib/edges/http/handler.ts";
import type { NodeListener } from "../lib/edges/http/node.ts";
import type * as Package from "../lib/edges/http/package.d.ts";
import { run, scratch } from "./tools/program.ts";

const ROOT = join(import.meta.dir, "..");

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
type Gives<A, B> = A extends B ? true : never;

test("are those of the handler itself", () => {
  // The compiler is what fails here.
  const same: [
    Same<Package.Handler, Handler>,
    Same<Package.NodeListener, NodeListener>,
    Same<Package.MountOptions, Omit<Mount.MountOptions, "write">>,
    Gives<Mount.Mounted, Package.Mounted>,
    Gives<ReturnType<typeof Mount.reportFile>, Package.Plan>,
    Same<Parameters<typeof Mount.reportFile>, Parameters<typeof Package.reportFile>>,
    Same<Parameters<typeof Mount.rootScans>, Parameters<typeof Package.rootScans>>,
    Same<Parameters<typeof Mount.nodeAdapter>, Parameters<typeof Package.nodeAdapter>>,
  ] = [true, true, true, true, true, true, true, true];
  expect(same).toHaveLength(8);
});

/** A gateway in TypeScript with the package among its own, and the compiler's word on it. */
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

test("let the README's gateway compile, and no wrong one", async () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const gateway = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(gateway).toContain("lazarus-pit/handler");
  expect(await compile(gateway)).toEqual({ exit: 0, stdout: "" });
  const { exit, stdout } = await compile(gateway.replace("60_000", '"a minute"'));
  expect(exit).not.toBe(0);
  expect(stdout).toContain(
    "Argument of type 'string' is not assignable to parameter of type 'number'",
  );
});
