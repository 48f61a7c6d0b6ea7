/**
 * The environment of every test, for every user and on every machine: programs that every user may
 * run, default places and a home of its own, and no variable that the toolkit or git obeys.
 *
 * The test command makes it once for all files; bunfig.toml has it made for a file that is run alone.
 *
 * @module
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyForAll, isForAll, placeFor, placesForAll } from "./for-all.ts";

/** Names the folder of a run, for the processes that share it. */
const VARIABLE = "LAZARUS_PIT_TEST_SURROUNDINGS";
const FOREIGN =
  /^(?:LAZARUS_PIT_(?!TEST_|SOAK_)|MISSION_|GIT_|NOTIFY_SOCKET$|WATCHDOG_|CREDENTIALS_DIRECTORY$)/;

const ROOT = join(import.meta.dir, "../..");
const IS_ROOT = process.getuid?.() === 0;

// Tests expect the file modes that this umask gives, whatever the umask of the user.
process.umask(0o022);
const given = process.env[VARIABLE];
const folder = given ?? mkdtempSync(join(placeFor(ROOT), "lazarus-pit-tests-"));
const copy = join(folder, "clone");
if (given === undefined) make();

/**
 * The clone whose programs the tests run: this one, or a copy of what it runs where other users
 * cannot reach this one and root's tests become such users.
 */
export const CLONE = existsSync(copy) ? copy : ROOT;

/** Bun, where every user may run it. */
export const BUN = join(CLONE, "node_modules/.bin/bun");

for (const name of Object.keys(process.env).filter((each) => FOREIGN.test(each)))
  delete process.env[name];
process.env[VARIABLE] = folder;
process.env["HOME"] = folder;
process.env["TMPDIR"] = placesForAll()[0] ?? "/tmp";
// What an installed copy of the product left in its default places must not affect a test.
process.env["LAZARUS_PIT_CONFIG"] = join(folder, "lazarus_pit.json");
if (given === undefined)
  process.env["PATH"] = `${join(CLONE, "node_modules/.bin")}:${process.env["PATH"]}`;

/** What a program needs of the environment: for tests that give it no other. */
export const bareEnvironment = (): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  LAZARUS_PIT_CONFIG: process.env["LAZARUS_PIT_CONFIG"] ?? "",
});

/** Removes what this process made. */
export function removeOwn(): void {
  if (given !== undefined) return;
  delete process.env[VARIABLE];
  rmSync(folder, { recursive: true, force: true });
}

function make(): void {
  chmodSync(folder, 0o755);
  const [root, heartbeat_dir, state_dir] = ["missions", "heartbeats", "state"].map((name) =>
    join(folder, name),
  );
  for (const place of [root, heartbeat_dir]) mkdirSync(place ?? "");
  const settings = JSON.stringify({ root, heartbeat_dir, state_dir });
  writeFileSync(join(folder, "lazarus_pit.json"), settings);
  if (IS_ROOT && !isForAll(ROOT)) copyForAll(ROOT, copy);
}
