import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { command, ONE_FORM, run } from "../tools/program.ts";

const FOLDER = join(import.meta.dir, "../../lib/docs");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));

describe.each(ONE_FORM)("lazarus-pit docs (%s)", (form) => {
  const docs = (...args: string[]) => run([...command(form, "lazarus-pit"), "docs", ...args]);

  test("lists every document", async () => {
    const { code, stdout } = await docs();
    const topics = stdout
      .trimEnd()
      .split("\n")
      .map((line) => `${line.split(" ")[0]}.md`);
    expect({ code, topics: topics.toSorted() }).toEqual({ code: 0, topics: FILES.toSorted() });
  });

  test("prints a document as it is", async () => {
    const file = "supervise.md";
    const text = readFileSync(join(FOLDER, file), "utf8");
    expect(await docs("supervise")).toEqual({ code: 0, stdout: text, stderr: "" });
  });

  test("says which topic was meant", async () => {
    const { code, stderr } = await docs("supervize");
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: expect.stringContaining("did you mean supervise?"),
    });
  });
});
