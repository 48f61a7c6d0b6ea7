import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, ONE_FORM, type Program, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";

const here = scratch();
chmodSync(here, 0o755);
const root = join(here, "missions");
mkdirSync(root);
const HINT = "correct the file; see what each setting takes with: lazarus-pit man lazarus_pit.json";

let files = 0;
/** Writes a configuration file, and gives its path. */
function configFile(content: unknown): string {
  const path = join(here, `config-${files++}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const READERS: [Program, ...string[]][] = [
  ["init-cell"],
  ["mission", "0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10"],
  ["scan"],
  ["heartbeat", "--job", "backup"],
  ["accept-proposals", "--body", "body.md"],
  ["lazarus-pit", "config"],
];

describe.each(ONE_FORM)("a configuration file (%s)", (form) => {
  test.each([
    ["an unknown key", { stale_after: 5 }, "stale_after: there is no such setting"],
    [
      "a number as text",
      { stale_after_seconds: "5" },
      "stale_after_seconds: Expected whole seconds",
    ],
    ["a list for a path", { root: ["/"] }, "root: Expected an absolute path"],
    ["a relative root", { root: "missions" }, "root: Expected an absolute path"],
    [
      "a writer that is not a list",
      { heartbeat_writer: "logger" },
      "heartbeat_writer: Expected a list",
    ],
    ["a writer of no words", { heartbeat_writer: [] }, "heartbeat_writer: Expected a list"],
    [
      "a label that no report shows whole",
      { revive: [{ command: ["true"], match: { labels: { team: "a".repeat(101) } } }] },
      "revive.0.match.labels: Expected labels of at most 100 characters",
    ],
    ["bad JSON", '{"root": ', "it ends before its last bracket: it was cut off"],
    ["a byte order mark", "\ufeff{}", "it starts with a byte order mark"],
    ["a list", [], "it is not a JSON object"],
    ["nothing", "", "it is empty"],
  ])("with %s is refused with 78", async (_, content, why) => {
    const path = configFile(content);
    expect(await refused(form, "scan", ["--root", root, "--config", path])).toEqual({
      code: 78,
      message: expect.stringContaining(`Cannot use the configuration "${path}": ${why}`),
      hint: HINT,
    });
  });

  test.each(READERS)("with an unknown key is refused with 78 by %s", async (program, ...args) => {
    const env = { LAZARUS_PIT_CONFIG: configFile({ frob: 1 }) };
    expect(await run([...command(form, program), ...args], { env })).toMatchObject({
      code: 78,
      stdout: "",
      stderr: expect.stringContaining("frob: there is no such setting"),
    });
  });

  test.each([
    ["that does not exist", join(here, "absent.json"), "no such file or directory (ENOENT)"],
    ["that is a directory", root, "it is a directory, not a regular file"],
  ])("%s is refused with 78", async (_, path, why) => {
    const env = { LAZARUS_PIT_CONFIG: path };
    expect(await refused(form, "scan", ["--root", root], { env })).toEqual({
      code: 78,
      message: `Cannot use the configuration "${path}": ${why}`,
      hint: "name a file that this user can read, by --config or LAZARUS_PIT_CONFIG",
    });
  });

  test("that is too large is refused with 78", async () => {
    const env = { LAZARUS_PIT_CONFIG: configFile(" ".repeat(65_537)) };
    expect((await refused(form, "scan", ["--root", root], { env })).message).toEndWith(
      ": it is too large: it holds 65537 bytes, the limit is 65536",
    );
  });

  test("that is wrong leaves the command of its hint working", async () => {
    const env = { LAZARUS_PIT_CONFIG: configFile({ frob: 1 }) };
    const [, ...words] = (HINT.split("with: ")[1] ?? "").split(" ");
    const shown = await run([...command(form, "lazarus-pit"), ...words], { env });
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("stale_after_seconds"),
    });
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "that its user may not read is refused with 78 (needs root)",
    async () => {
      const path = configFile({ root });
      chmodSync(path, 0o600);
      const prefix = asUser(NOBODY);
      expect(await refused(form, "scan", ["--config", path], { prefix })).toMatchObject({
        code: 78,
        message: `Cannot use the configuration "${path}": permission denied (EACCES)`,
      });
    },
  );

  test("with limits out of order is refused with 78", async () => {
    const path = configFile({ min_stale_after_seconds: 900, stale_after_seconds: 600 });
    expect(await refused(form, "scan", ["--root", root, "--config", path])).toMatchObject({
      code: 78,
      message:
        "Age limits are out of order: min_stale_after_seconds 900, stale_after_seconds 600, max_stale_after_seconds 3600",
    });
  });
});
