import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCases } from "./tools/junit.ts";
import { run, scratch } from "./tools/program.ts";

const folder = scratch();

test("the results of the runner are read as they were", async () => {
  const file = join(folder, "sample.test.ts");
  writeFileSync(
    file,
    `import { describe, expect, test } from "bun:test";
     describe("a > b", () => {
       test('fails <x> & "y"', () => expect("<").toBe("&"));
       test("passes", () => {});
       test.skip("is skipped", () => {});
     });
     test("throws", () => { throw new Error("as it should"); });`,
  );
  const report = join(folder, "junit.xml");
  const argv = ["test", "--reporter=junit", `--reporter-outfile=${report}`, "./sample.test.ts"];
  const { code } = await run([process.execPath, ...argv], { cwd: folder });
  expect(code).toBe(1);
  const cases = readCases(report);
  expect(cases.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['a > b > fails <x> & "y"', "failed"],
    ["a > b > passes", "passed"],
    ["a > b > is skipped", "skipped"],
    ["throws", "failed"],
  ]);
  expect(cases[0]?.text).toContain('Expected: "&"');
  expect(cases[3]?.text).toContain("as it should");
});

test("a missing report has no test cases", () => {
  expect(readCases(join(folder, "none.xml"))).toEqual([]);
});
