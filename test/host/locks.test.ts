/** The table at the top of lib/host/locks/lock.ts lists all locks. */
import { expect, test } from "bun:test";
import { FILES, source } from "../tools/house.ts";

const MECHANISM = [
  "lib/host/locks/lock.ts",
  "lib/host/locks/lock-file.ts",
  "lib/host/locks/brief-lock.ts",
];

/** Files that take a lock whose name is defined in another file. */
const NAMED_IN: Readonly<Record<string, string>> = {
  "lib/proposals/bridge/pass-lock.ts": "lib/proposals/bridge/bridge.ts",
  "lib/supervise/cleanup/forget-roots.ts": "lib/supervise/store/root-lock.ts",
  "lib/supervise/commands/running-daemon.ts": "lib/supervise/store/root-lock.ts",
};

test("the table lists exactly the files that take a lock, with the lock's name", () => {
  const rows = source("lib/host/locks/lock.ts")
    .split("\n")
    .filter((line) => /^ \* \| .*lib\//.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const listed = rows.map(([, , , file = ""]) => file);
  const takers = FILES.filter((file) => !MECHANISM.includes(file)).filter((file) =>
    /\b(try|await)(Brief)?Lock(File)?\(/.test(source(file)),
  );
  expect([...new Set(listed)].toSorted()).toEqual(takers.toSorted());

  for (const [, , place = "", file = ""] of rows) {
    const name = /[\w.-]*\.lock/.exec(place)?.[0];
    if (name === undefined) continue;
    const opener = NAMED_IN[file] ?? file;
    expect(source(opener), place).toContain(name);
  }
  expect(rows.length).toBe(10);
});
