/** Completions in real shells, of which bash and zsh sit at a terminal. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { openCompletingShell, shellEnvironment } from "../tools/completing.ts";
import { lacking } from "../tools/needs.ts";
import { run, scratch } from "../tools/program.ts";

const here = scratch();
const root = join(here, "missions");
/** What an agent may write so that a shell executes it; each would create the file `x`. */
const HOSTILE = [
  "$(touch x)",
  "`touch x`",
  "\"; touch x; '",
  "'$(touch x)'",
  "a\ntouch x\n",
  "%{$(touch x)%}",
  "${y:=$(touch x)}",
  "\u001b]0;x\u0007",
  "(touch x)",
  "*\t!!\\",
];
for (const [n, title] of HOSTILE.entries()) writeCell(root, idOf(n + 1), { title });
writeCell(root, "1b7e5a34-6f6f-4c35-9d3e-000000000001", { title: "Plain work" });

const ENV = { LAZARUS_PIT_ROOT: root };
const SHELLS = (["bash", "zsh"] as const).map((shell) => ({ shell, skipped: lacking(shell) }));

for (const { shell, skipped } of SHELLS)
  describe.skipIf(skipped !== "")(`${shell} at a terminal${skipped}`, () => {
    test("completes commands, flags, statuses, and one id at once; lists titles and runs none", async () => {
      const home = join(here, shell);
      mkdirSync(home);
      await using at = await openCompletingShell(shell, home, ENV);
      await at.typed("lazarus-pit accept-p\t", "lazarus-pit accept-proposals ");
      await at.typed("scan --no-h\t", "scan --no-header ");
      await at.typed("scan --status=stale,incom\t", "scan --status=stale,incomplete ");
      await at.typed(
        "supervise quarantine 1b\t",
        `quarantine 1b7e5a34-6f6f-4c35-9d3e-000000000001 `,
      );
      const listed = await at.typed(
        "lazarus-pit mission pause \t\t",
        "Plain work, active",
        "$(touch x), active",
        "a\\u{a}touch x, active",
      );
      expect(listed).toContain("\\u{1b}]0;x\\u{7}, active");
      // The shell inserts the common prefix of the ids, and nothing of a title.
      await at.typed("mission pause 0b\t", `mission pause ${idOf(0).slice(0, -2)}`);
      await at.typed("echo 're'ady\n", "ready");
      expect([home, here, root].filter((each) => existsSync(join(each, "x")))).toEqual([]);
    });
  });

const noFish = lacking("fish");
describe.skipIf(noFish !== "")(`fish${noFish}`, () => {
  test("completes commands, statuses, paths and ids with titles, and runs none", async () => {
    const home = join(here, "fish");
    mkdirSync(join(home, "folder"), { recursive: true });
    const lines = [
      "lazarus-pit accept-p",
      "scan --status=stale,incom",
      "scan --root=fol",
      "mission pause ",
    ];
    const script = lines.map((line) => `complete -C '${line}'`).join("; ");
    const { stdout, stderr } = await run(
      ["fish", "--no-config", "-c", `lazarus-pit completion fish | source; ${script}`],
      { cwd: home, env: { ...shellEnvironment(home), ...ENV } },
    );
    expect(stderr).toBe("");
    // fish lists candidates in an order of its own.
    const [flags, found] = Map.groupBy(stdout.trimEnd().split("\n"), (line) => /^\db7e/.test(line))
      .values()
      .toArray();
    expect(flags).toEqual([
      "accept-proposals\tCreate the cells of accepted proposals",
      "--status=stale,incomplete",
      "--root=folder/\tDirectory",
    ]);
    expect(found?.toSorted()).toEqual([
      ...HOSTILE.map((_, n) => expect.stringMatching(new RegExp(`^${idOf(n + 1)}\t.*, active$`))),
      "1b7e5a34-6f6f-4c35-9d3e-000000000001\tPlain work, active",
    ]);
    expect(stdout).toContain("\t$(touch x), active\n");
    expect([home, here, root].filter((each) => existsSync(join(each, "x")))).toEqual([]);
  });
});
