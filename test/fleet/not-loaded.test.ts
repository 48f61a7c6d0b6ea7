/**
 * Without `--fleet`, no program loads code of the fleet but its pure rules, which the gate `fleet` of
 * each plan needs: the rest is imported where the flag is read.
 */
import { expect, test } from "bun:test";
import { dirname, join, relative } from "node:path";
import { code, FILES, ROOT } from "../tools/house.ts";

/** The files that a file loads when it is loaded; types are not. */
function loadedBy(file: string): string[] {
  const statements = code(file).matchAll(
    /^(?:import|export)\s(?!type\b)[^;]*?from\s"(\.[^"]+)";/gm,
  );
  return [...statements].map(([, name = ""]) => relative(ROOT, join(ROOT, dirname(file), name)));
}

function allLoadedBy(script: string): Set<string> {
  const found = new Set([script]);
  for (const file of found)
    for (const next of loadedBy(file)) if (FILES.includes(next)) found.add(next);
  return found;
}

const isOfFleet = (file: string): boolean => /^lib\/(fleet\/(?!rules\/)|http\/fleet)/.test(file);

test.each(FILES.filter((file) => file.startsWith("bin/")))(
  "%s loads no code of the fleet",
  (script) => {
    expect([...allLoadedBy(script)].filter(isOfFleet)).toEqual([]);
  },
);

test("what the flag loads is found by the same search", () => {
  expect([...allLoadedBy("lib/fleet/fleet-screen.ts")].filter(isOfFleet).length).toBeGreaterThan(3);
  expect(allLoadedBy("bin/scan.ts").size).toBeGreaterThan(2);
});
