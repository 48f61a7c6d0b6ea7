/**
 * Reads the JUnit file of bun's test runner.
 *
 * @module
 */
import { readFileSync } from "node:fs";

export interface TestCase {
  /** The test file, relative to the repository. */
  readonly file: string;
  /** The names of its groups, and its own. */
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** The text of its failure; empty otherwise. */
  readonly text: string;
}

/** The test cases of a JUnit file; empty without the file. */
export function readCases(path: string): TestCase[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    console.error("The runner left no report: it was ended from inside a test.");
    return [];
  }
  const elements = text.matchAll(/<testcase\b([^>]*?)(?:\/>|>([^]*?)<\/testcase>)/g);
  return [...elements].map(([, attributes = "", body = ""]) => caseOf(attributes, body));
}

function caseOf(attributes: string, body: string): TestCase {
  const group = attribute(attributes, "classname");
  const name = attribute(attributes, "name");
  const failure = /<(?:failure|error)\b[^>]*?(?:\/>|>([^]*?)<\/(?:failure|error)>)/.exec(body);
  return {
    file: attribute(attributes, "file"),
    name: group === "" ? name : `${group} > ${name}`,
    outcome: failure !== null ? "failed" : body.includes("<skipped") ? "skipped" : "passed",
    text: unescaped(failure?.[1] ?? ""),
  };
}

const attribute = (attributes: string, name: string): string =>
  unescaped(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });
