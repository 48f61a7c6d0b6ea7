import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { CAN_MOUNT, mountTmpfs, SPOILT } from "../tools/disk.ts";
import { command, FORMS, type Program, run, scratch } from "../tools/program.ts";
import { type Refused, refusalOf } from "../tools/refusal.ts";
import { contentOf } from "../tools/tree.ts";

const HERE = scratch();
const ID = idOf(1);
const CASES = FORMS.flatMap((form) => [
  ...SPOILT.map((spoilt) => ({ form, ...spoilt, options: "size=32k" })),
  ...SPOILT.slice(0, 1).map((spoilt) => ({
    form,
    ...spoilt,
    kind: "inode-less",
    options: "nr_inodes=14",
  })),
]);

describe.each(CASES)("on a $kind disk ($form)", ({ form, spoil, why, hint, options }) => {
  const refusedBy = async (program: Program, ...args: string[]): Promise<Refused> =>
    refusalOf(program, await run([...command(form, program), ...args]));

  test.skipIf(!CAN_MOUNT)("heartbeat keeps the old beat (needs a mount)", async () => {
    const root = mountTmpfs(options);
    const cell = writeCell(root, ID);
    spoil(root);
    const before = contentOf(cell);
    expect(await refusedBy("heartbeat", ID, "--root", root)).toEqual({
      code: 74,
      message: `Cannot write the heartbeat of mission ${ID}: ${why}`,
      hint,
    });
    expect(contentOf(cell)).toEqual(before);
  });

  test.skipIf(!CAN_MOUNT)("mission keeps mission.json as it was (needs a mount)", async () => {
    const root = mountTmpfs(options);
    const cell = writeCell(root, ID);
    spoil(root);
    const before = contentOf(cell);
    const said = await refusedBy("mission", ID, "pause", "--root", root);
    expect(said).toMatchObject({ code: 74, hint });
    expect(said.message).toEndWith(why);
    // The log may have a line about the attempt; everything else is unchanged.
    expect({ ...contentOf(cell), [CELL_FILES.log]: "" }).toEqual({
      ...before,
      [CELL_FILES.log]: "",
    });
  });

  test.skipIf(!CAN_MOUNT)("heartbeat --job keeps the old record (needs a mount)", async () => {
    const dir = mountTmpfs(options);
    const file = join(dir, "backup.last");
    writeFileSync(file, "old");
    spoil(dir);
    const before = contentOf(dir);
    const said = await refusedBy("heartbeat", "--job=backup", "--heartbeat-dir", dir);
    expect(said).toEqual({ code: 74, message: `Cannot write "${file}": ${why}`, hint });
    expect(contentOf(dir)).toEqual(before);
  });

  test.skipIf(!CAN_MOUNT)("scan --output keeps the old report (needs a mount)", async () => {
    const dir = mountTmpfs(options);
    const file = join(dir, "report");
    writeFileSync(file, "old");
    spoil(dir);
    const before = contentOf(dir);
    const said = await refusedBy("scan", "--root", HERE, "--output", file);
    expect(said).toEqual({ code: 73, message: `Cannot write "${file}": ${why}`, hint });
    expect(contentOf(dir)).toEqual(before);
  });
});

describe.each(FORMS)("with stdout on a full device (%s)", (form) => {
  test.each([
    ["scan", ["--root", HERE]],
    ["scan", ["--root", HERE, "--json"]],
    ["scan", ["--help"]],
    ["lazarus-pit", ["config"]],
  ] as [Program, string[]][])("%s %p exits 74 and says so", async (program, args) => {
    const call = ["sh", "-c", 'exec "$@" >/dev/full', "sh", ...command(form, program), ...args];
    const { code, stderr } = await run(call);
    expect(code).toBe(74);
    expect(stderr).toContain("Cannot write to stdout: no space left on device (ENOSPC)");
  });
});

const FLEET_CONFIG = join(HERE, "fleet.json");
const NO_HOST = { name: "alpha", file: "/nowhere/alpha.json" };
writeFileSync(FLEET_CONFIG, JSON.stringify({ fleet_sources: [NO_HOST] }));

test.each([
  ["lazarus-pit", "config"],
  ["lazarus-pit", "fleet", "hosts", "--config", FLEET_CONFIG],
  ["lazarus-pit", "docs"],
  ["lazarus-pit", "man"],
  ["lazarus-pit", "completion", "bash"],
  ["init-cell", "--dry-run"],
] as [Program, ...string[]][])(
  "%s %s says in its help that it may exit with 74",
  async (program, ...words) => {
    const calls = [
      [...words, ...(program === "init-cell" ? ["--root", HERE] : [])],
      [...words, "--help"],
    ];
    const [full = [], help = []] = calls.map((each) => [
      ...command("executable", program),
      ...each,
    ]);
    expect((await run(["sh", "-c", 'exec "$@" >/dev/full', "sh", ...full])).code).toBe(74);
    expect((await run(help)).stdout).toMatch(/^Exit codes:\n(?: .*\n)* .*\b74 /m);
  },
);
