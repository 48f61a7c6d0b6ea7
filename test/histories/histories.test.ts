/**
 * Each history is replayed in this process, with the real rounds on a simulated host.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "bun:test";
import type { History } from "./history.ts";
import { replay } from "./replay.ts";

const CASES = join(import.meta.dir, "cases");
const histories = await Promise.all(
  readdirSync(CASES).map(async (file) => {
    const module = (await import(join(CASES, file))) as { readonly default: History };
    return { file: file.replace(".ts", ""), ...module.default };
  }),
);

describe("a history", () => {
  test.each(histories)("$file: $about", (history) => replay(history));
});
