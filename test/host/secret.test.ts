/** Secrets in an operator's files: what their errors tell a person to type works. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { OperatorError } from "../../lib/base/errors.ts";
import { readSecret } from "../../lib/host/files/secret.ts";
import { run, scratch } from "../tools/program.ts";

const here = scratch();

/** The command in the hint of the error that reading the secret ends with. */
function commandFor(path: string): string {
  try {
    readSecret(path);
  } catch (error) {
    if (error instanceof OperatorError) return error.hint.split("with: ")[1] ?? "";
    throw error;
  }
  throw new Error(`${path} holds a valid secret`);
}

test.each([
  ["is missing", "missing", () => {}],
  ["is missing with its directory", "missing/far below", () => {}],
  ["is too short", "too short", (path: string) => writeFileSync(path, "short\n", { mode: 0o600 })],
  [
    "everyone may read",
    "open",
    (path: string) => {
      writeFileSync(path, "0123456789abcdef\n");
      chmodSync(path, 0o644);
    },
  ],
])("the hint for a secret that %s has a command that makes it usable", async (_, name, make) => {
  // The blank shows whether the command quotes the path.
  const path = join(here, `a ${name} secret`);
  make(path);
  expect(await run(["sh", "-c", commandFor(path)])).toMatchObject({ code: 0, stderr: "" });
  expect(readSecret(path).length).toBeGreaterThanOrEqual(16);
});
