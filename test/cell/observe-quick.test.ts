import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { observeCell } from "../../lib/cell/observe.ts";
import { observeQuickly } from "../../lib/cell/observe-quick.ts";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { chooseSyscalls, SYSCALL_PLANS } from "../../lib/host/syscalls/plan.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { HOSTILE, OUTSIDE } from "../tools/hostile.ts";
import { MEMORY, scratch } from "../tools/program.ts";

const base = scratch(MEMORY);
const path = join(base, "missions");
mkdirSync(path);
writeCell(base, OUTSIDE);
const root = openRoot(path);
const PROC = chooseSyscalls("proc");
const QUICK = SYSCALL_PLANS.map((plan) => chooseSyscalls(plan)).filter(
  (calls) => calls.plan !== "proc",
);

let made = 0;
function makeCell(change: (cell: string) => void): string {
  const id = idOf(++made);
  change(writeCell(path, id));
  return id;
}

/** Which plans observe the cell quickly. All plans must report the same facts. */
function quickPlans(id: string): string[] {
  const expected = observeCell(root, id, PROC);
  return QUICK.flatMap((calls) => {
    expect(observeCell(root, id, calls)).toEqual(expected);
    const quick = observeQuickly(calls, root, id);
    if (quick !== undefined) expect(quick).toEqual(expected);
    return quick === undefined ? [] : [calls.plan];
  });
}

describe("the facts of a quick observation", () => {
  test("both plans that use system calls directly are tested", () => {
    expect(QUICK.map(({ plan }) => plan)).toEqual(["openat2", "openat"]);
  });

  test("are those of the full one for a sound cell", () => {
    expect(quickPlans(makeCell(() => {}))).toEqual(["openat2", "openat"]);
  });

  test.each([...CELL_DIRS, ...Object.values(CELL_FILES)])("... without %s", (part) => {
    const id = makeCell((cell) => rmSync(join(cell, part), { recursive: true }));
    expect(quickPlans(id)).toEqual(["openat2", "openat"]);
  });

  test.each(["malformed", "\ufeff{}", "", "[]", '{"x":"\ufffd"}'])(
    "... with %j in each file",
    (text) => {
      for (const file of [CELL_FILES.mission, CELL_FILES.config, CELL_FILES.heartbeat])
        quickPlans(makeCell((cell) => writeFileSync(join(cell, file), text)));
    },
  );

  test.each(HOSTILE.map(({ what, make }) => [what, make] as const))("... for %s", (_, make) => {
    quickPlans(makeCell(make));
  });

  test("of a removed cell say that it is gone", () => {
    const id = makeCell((cell) => rmSync(cell, { recursive: true }));
    expect(quickPlans(id)).toEqual([]);
  });
});

/** What an agent can leave in the place of a part. */
const DAMAGES: Readonly<Record<string, (part: string) => void>> = {
  nothing: () => {},
  file: (part) => writeFileSync(part, "{"),
  long: (part) => writeFileSync(part, " ".repeat(70_000)),
  directory: (part) => mkdirSync(part),
  "link out": (part) => symlinkSync("../../../outside/meta/mission.json", part),
  "link in": (part) => symlinkSync("../meta/mission.json", part),
  "link to itself": (part) => symlinkSync(part, part),
};
const PARTS = [...CELL_DIRS, ...Object.values(CELL_FILES)];

const damages = fc.array(
  fc.tuple(fc.constantFrom(...PARTS), fc.constantFrom(...Object.keys(DAMAGES))),
  { maxLength: 3 },
);

test("a quick observation and a full one agree on damaged cells", () => {
  fc.assert(
    fc.property(damages, (list) => {
      const id = makeCell((cell) => list.forEach(([part, kind]) => damage(cell, part, kind)));
      quickPlans(id);
      rmSync(join(path, id), { recursive: true });
    }),
    { numRuns: 4000 },
  );
});

/** Damages a part; nothing happens if the part lies in one that is no longer a directory. */
function damage(cell: string, part: string, kind: string): void {
  try {
    renameSync(join(cell, part), join(cell, `.old-${part.replace("/", "-")}`));
    DAMAGES[kind]?.(join(cell, part));
  } catch {
    return;
  }
}
