import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { contentOf } from "../tools/tree.ts";

const CONFIG = join(import.meta.dir, "../../config");
const FOLDERS = ["agents", "etcd", "grafana", "notify", "prometheus", "systemd"];
const here = scratch();

describe.each(ONE_FORM)("lazarus-pit files (%s)", (form) => {
  const files = (...args: string[]) => run([...command(form, "lazarus-pit"), "files", ...args]);

  test("lists all units and samples", async () => {
    const { code, stdout } = await files();
    const listed = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    for (const folder of FOLDERS)
      for (const name of readdirSync(join(CONFIG, folder), { recursive: true }).map(String))
        if (lstatSync(join(CONFIG, folder, name)).isFile())
          expect(listed).toContain(`${folder}/${name}`);
  });

  test("prints one as it is, and says which was meant", async () => {
    const text = readFileSync(join(CONFIG, "agents/claude-code.json"), "utf8");
    expect(await files("agents/claude-code.json")).toEqual({ code: 0, stdout: text, stderr: "" });
    const { code, stderr } = await files("agents/claude-cod.json");
    expect({ code, stderr }).toEqual({
      code: 66,
      stderr: expect.stringContaining("did you mean agents/claude-code.json?"),
    });
  });

  test("writes them all, programs executable, and again only what is missing", async () => {
    const output = join(here, "new/config");
    const { stdout } = await files("--output", output);
    expect(stdout).toMatch(/^[1-9]\d+ files written to /);
    for (const path of ["notify/ntfy", "systemd/lazarus-pit.service"]) {
      expect(readFileSync(join(output, path))).toEqual(readFileSync(join(CONFIG, path)));
      expect(lstatSync(join(output, path)).mode & 0o111).toBe(
        path.startsWith("notify") ? 0o111 : 0,
      );
    }
    expect(await files("--output", output)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0 files/),
    });
  });

  test.each([
    ["another text", (path: string) => writeFileSync(path, "mine")],
    ["a link", (path: string) => symlinkSync("/etc/passwd", path)],
    ["a directory", (path: string) => mkdirSync(path)],
  ])("refuses to replace %s, and writes nothing", async (what, put) => {
    const output = join(here, what);
    mkdirSync(join(output, "systemd"), { recursive: true });
    put(join(output, "systemd/lazarus-pit.service"));
    const before = contentOf(output);
    const { code, stderr } = await files("--output", output);
    expect({ code, stderr }).toEqual({
      code: 73,
      stderr: expect.stringContaining('lazarus-pit.service": another file is in the way'),
    });
    expect(contentOf(output)).toEqual(before);
  });
});
