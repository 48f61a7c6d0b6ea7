import { describe, expect, test } from "bun:test";
import { version } from "../../package.json";
import { PROGRAMS } from "../../lib/dev/build.ts";
import { EXTRA_COLUMNS, TABLE_COLUMN_NAMES, USUAL_COLUMNS } from "../../lib/scan/table-columns.ts";
import { command, ONE_FORM, type Program, run } from "../tools/program.ts";

/** Commands that have a help of their own. */
const COMMANDS: [Program, string][] = [
  ["heartbeat", "run"],
  ["heartbeat", "hook"],
  ["lazarus-pit", "token"],
  ["lazarus-pit", "config"],
  ["lazarus-pit", "docs"],
  ["lazarus-pit", "doctor"],
  ["lazarus-pit", "files"],
  ["lazarus-pit", "completion"],
  ["lazarus-pit", "man"],
  ["lazarus-pit", "jobs"],
  ["lazarus-pit", "notify"],
];
const CASES = ONE_FORM.flatMap((form) => [
  ...PROGRAMS.map((program) => ({ form, program, words: [] as string[] })),
  ...COMMANDS.map(([program, word]) => ({ form, program, words: [word] })),
]);

describe.each(CASES)("$program $words ($form)", ({ form, program, words }) => {
  const call = (...args: string[]) => run([...command(form, program), ...words, ...args]);

  test.each(["--help", "-h"])("%s tells its name, flags and exit codes", async (flag) => {
    const { code, stdout, stderr } = await call(flag);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`USAGE ${[program, ...words].join(" ")}`);
    expect(stdout).toMatch(/exit codes?/i);
    expect(stdout).toContain("Examples:");
  });

  test("--help fits into 80 columns and holds no colour in a pipe", async () => {
    const { stdout } = await call("--help");
    expect(stdout.split("\n").filter((line) => Bun.stringWidth(line) > 80)).toEqual([]);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toMatch(/ $/m);
  });

  test("--help takes precedence over a wrong flag", async () => {
    expect(await call("--frob", "--help")).toMatchObject({ code: 0, stderr: "" });
  });

  test("--version prints the version alone", async () => {
    expect(await call("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

test.each(ONE_FORM)(
  "scan says what a table has by itself, and how a fleet may end (%s)",
  async (form) => {
    const { stdout } = await run([...command(form, "scan"), "--help"]);
    const [, columns = ""] = /Without --columns: ([^;]*);/.exec(stdout) ?? [];
    const words = columns
      .split(/[\s,]+/)
      .filter((word) => TABLE_COLUMN_NAMES.some((n) => n === word));
    expect(words.toSorted()).toEqual([...USUAL_COLUMNS, ...EXTRA_COLUMNS].toSorted());
    expect(stdout).toContain("69 no host answered");
  },
);

test.each(ONE_FORM)("heartbeat run says where its command goes (%s)", async (form) => {
  const { stdout } = await run([...command(form, "heartbeat"), "run", "--help"]);
  expect(stdout).toContain("USAGE heartbeat run [OPTIONS] [UUID] -- CMD ARG…\n");
});

/** The exit codes that tests of these programs have met. */
const SEEN: [Program, number[]][] = [
  ["init-cell", [0, 64, 65, 66, 69, 73, 74, 75, 77, 78]],
  ["mission", [0, 64, 65, 66, 69, 74, 75, 77, 78]],
  ["heartbeat", [0, 64, 65, 66, 69, 74, 77, 78]],
  ["accept-proposals", [0, 64, 65, 66, 69, 73, 74, 75, 77, 78]],
];

test.each(SEEN)("the help of %s lists each exit code", async (program, codes) => {
  const { stdout } = await run([...command("script", program), "--help"]);
  const [, listed = ""] = /^Exit codes:\n(.*?)\n\n/ms.exec(stdout) ?? [];
  expect(listed.match(/(?<=^ +| {2})\d+(?= {2})/gm)?.map(Number)).toEqual(codes);
});
