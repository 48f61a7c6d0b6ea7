/** Secrets that change while the endpoint runs. */
import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refuseSharedSecrets, watchSecrets } from "../../lib/http/server/secret-files.ts";
import { readSecret } from "../../lib/host/files/secret.ts";
import { until } from "../tools/background.ts";
import { scratch } from "../tools/program.ts";

const here = scratch();
const folder = join(here, "secrets");
mkdirSync(folder);
const tokenFile = join(folder, "token");
const [FIRST, SECOND] = ["the-first-token-of-all", "the-second-token-of-all"];

function replace(text: string): void {
  writeFileSync(`${tokenFile}.new`, text, { mode: 0o600 });
  renameSync(`${tokenFile}.new`, tokenFile);
}

replace(FIRST);
let changes = 0;
const token = readSecret(tokenFile);
const OPERATORS = "the-token-of-the-operators";
const given = { token, tokenFile, beatSecret: undefined, operatorToken: OPERATORS };
const secrets = watchSecrets(given, () => changes++);
afterAll(() => secrets.stop());

test("a token whose file is replaced is read again; an invalid file changes nothing", async () => {
  expect([secrets.token, secrets.beatSecret]).toEqual([FIRST, undefined]);
  replace("short");
  process.emit("SIGHUP");
  expect(secrets.token).toBe(FIRST);
  replace(SECOND);
  await until(() => secrets.token === SECOND);
});

test("a secret that has another purpose is refused, at the start and when it is read again", () => {
  const mistakes = [
    { ...given, beatSecret: FIRST },
    { ...given, operatorToken: FIRST },
    { ...given, beatSecret: OPERATORS },
  ];
  for (const files of mistakes)
    expect(() => refuseSharedSecrets(files)).toThrow("for another purpose");
  refuseSharedSecrets(given);
  replace(OPERATORS);
  process.emit("SIGHUP");
  expect([secrets.token, secrets.operatorToken]).toEqual([SECOND, OPERATORS]);
});

test("SIGHUP reads it at once", () => {
  replace(FIRST);
  process.emit("SIGHUP");
  expect([secrets.token, changes]).toEqual([FIRST, 2]);
});

test("a new token is read as soon as its file can be read again", async () => {
  chmodSync(folder, 0o777);
  replace(SECOND);
  // Longer than the time between two checks, which see the new file.
  await Bun.sleep(2500);
  expect(secrets.token).toBe(FIRST);
  chmodSync(folder, 0o755);
  await until(() => secrets.token === SECOND);
});
