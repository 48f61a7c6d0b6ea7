/**
 * Names and signatures: an exported name means one thing in the whole house, no function takes
 * more than four parameters, and each mechanism has one home.
 */
import { expect, test } from "bun:test";
import { code, FILES } from "./tools/house.ts";

const EXPORTED = /^export (?:async )?(?:const|function\*?|class|type|interface) (\w+)/gm;
/** The start of a function with a name: a declaration, or a constant that holds an arrow. */
const FUNCTION =
  /\bfunction\*?\s+(\w+)\s*(?:<[^(]*>)?\(|\bconst (\w+)(?:: [^=]+)? = (?:async )?(?:<[^(]*>)?\(/g;
const MOST_PARAMETERS = 4;

test("an exported name has one meaning", () => {
  const homes = new Map<string, string[]>();
  for (const file of FILES)
    for (const name of new Set([...code(file).matchAll(EXPORTED)].map(([, each = ""]) => each)))
      homes.set(name, [...(homes.get(name) ?? []), file]);
  expect([...homes].filter(([, files]) => files.length > 1)).toEqual([]);
});

test.each(FILES)("no function of %s takes more than four parameters", (file) => {
  const text = code(file);
  const long = [...text.matchAll(FUNCTION)]
    .filter((match) => parametersFrom(text, match.index + match[0].length) > MOST_PARAMETERS)
    .map(([, declared, constant]) => declared ?? constant);
  expect(long).toEqual([]);
});

/** How many parameters stand between `start`, right after the opening parenthesis, and its end. */
function parametersFrom(text: string, start: number): number {
  let depth = 0;
  let found = 0;
  let isInside = false;
  for (let index = start; index < text.length; index++) {
    const character = text[index] ?? "";
    if ("([{<".includes(character)) depth += 1;
    else if (")]}".includes(character) || (character === ">" && text[index - 1] !== "="))
      depth -= 1;
    if (depth < 0) return isInside ? found + 1 : found;
    if (character === "," && depth === 0) {
      found += 1;
      isInside = false;
    } else if (!/\s/.test(character)) isInside = true;
  }
  return found;
}

test.each([
  ["", 0],
  ["a: number", 1],
  ["a: Map<string, number>, b: (x: 1, y: 2) => void,", 2],
  ["{ a, b }: { a: 1; b: 2 }, c = [1, 2]", 2],
])("parameters of (%s) are counted: %d", (parameters, count) => {
  expect(parametersFrom(`${parameters}) {}`, 0)).toBe(count);
});

/** The files that may use a primitive: each mechanism has one home. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  "JSON.parse(": ["lib/base/untrusted-json.ts"],
  // The wrapper's command inherits everything, and the probe of its group must not lead one; all
  // other programs are started in one of three ways.
  "Bun.spawn(": [
    "lib/host/programs/background-process.ts",
    "lib/host/programs/standby-reader.ts",
    "lib/host/programs/subprocess.ts",
    "lib/run/command.ts",
    "lib/run/group-probe.ts",
  ],
  "spawnSync(": [
    "lib/host/locks/lock.ts",
    "lib/host/programs/pipe.ts",
    "lib/run/restoring-prefix.ts",
    "lib/run/service-unit.ts",
  ],
  "process.kill(": ["lib/host/send-signal.ts"],
  "process.exit(": ["lib/cli/tool.ts"],
  "new Worker(": ["lib/http/server/worker.ts", "lib/scan/scan-helper.ts"],
  "{ stream: true }": ["lib/base/bounded-text.ts"],
  "temporaryName(": ["lib/host/files/temporary-path.ts"],
  '"flock"': ["lib/host/locks/lock.ts"],
  " fetch(": [
    "lib/fleet/etcd/gateway-request.ts",
    "lib/fleet/sources/ask-address.ts",
    "lib/http/server/listen.ts",
    "lib/proposals/tracker/api.ts",
    "lib/run/ping-request.ts",
  ],
};

test.each(Object.entries(HOMES))("%s has its homes, and no other", (primitive, homes) => {
  const users = FILES.filter(
    (file) =>
      !file.startsWith("lib/dev/") &&
      !/^lib\/http\/(?:fleet-)?page\//.test(file) &&
      code(file).includes(primitive),
  );
  expect(users).toEqual([...homes].toSorted());
});
