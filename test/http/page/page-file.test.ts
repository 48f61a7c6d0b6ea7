/** The page as it is served: made of its source, the same each time, and small. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { PAGES, pageText } from "../../../lib/dev/page.ts";
import { FILES, ROOT, source } from "../../tools/house.ts";

const fileOf = (name: string) => readFileSync(join(ROOT, "config", `${name}.html`), "utf8");
const served = fileOf("page");

test.each(PAGES)(
  "config/%s.html is what `npm run page` makes of its source",
  async (name) => {
    expect(fileOf(name) === (await pageText(name))).toBe(true);
  },
  60_000,
);

test("the same bytes come out wherever it is made", async () => {
  const program = `process.stdout.write(await (await import(${JSON.stringify(join(ROOT, "lib/dev/page.ts"))})).pageText())`;
  const child = Bun.spawn([process.execPath, "-e", program], { cwd: tmpdir(), stdout: "pipe" });
  expect((await child.stdout.text()) === served).toBe(true);
}, 60_000);

/** The modules that a page's script is made of. */
async function modulesOf(name: string): Promise<string[]> {
  const entrypoints = [join(ROOT, "lib/http", name, "page.ts")];
  const { outputs } = await Bun.build({ entrypoints, target: "browser", sourcemap: "external" });
  const map = (await outputs.find(({ kind }) => kind === "sourcemap")?.json()) as
    { sources: string[] } | undefined;
  return (map?.sources ?? []).map((path) => /(?:lib|node_modules)\/.*/.exec(path)?.[0] ?? path);
}

test.each(PAGES)("%s is made of modules of the project, and of no package", async (name) => {
  const modules = await modulesOf(name);
  expect(modules).toContain("lib/base/printable.ts");
  expect(modules.filter((path) => !FILES.includes(path))).toEqual([]);
});

test.each(PAGES)("%s stays small: 80 KiB at most, and 24 KiB as it is sent", (name) => {
  expect(Buffer.byteLength(fileOf(name))).toBeLessThanOrEqual(80 * 1024);
  expect(Bun.gzipSync(fileOf(name)).length).toBeLessThanOrEqual(24 * 1024);
});

test.each(PAGES)(
  "every element that the script of %s asks for by its id is in the markup, and the other way round",
  async (name) => {
    const scripts = (await modulesOf(name)).map(source);
    const asked = scripts.flatMap((text) =>
      [...text.matchAll(/byId\("([^"]+)"/g)].map(([, id]) => id),
    );
    const markup = source(`lib/http/${name}/page.html`);
    const there = [...markup.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? "");
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter((id) => !there.includes(id ?? ""))).toEqual([]);
    const unused = there.filter((id) => !id.startsWith("i-") && !asked.includes(id));
    expect(unused).toEqual([]);
  },
);

test("every symbol that a status asks for is in the markup", () => {
  const symbols = [...served.matchAll(/<symbol id="i-([^"]+)"/g)].map(([, name]) => name);
  for (const status of ["all", "healthy", "resting", "stale", "incomplete", "uninitialized"])
    expect(symbols).toContain(status);
});
