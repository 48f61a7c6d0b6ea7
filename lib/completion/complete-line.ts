/**
 * Completes a command line: which words may come next.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import { flagGroups } from "../cli/describe-tool.ts";
import type { FlagValues } from "../cli/flag-values.ts";
import type { HelpContent } from "../cli/help-content.ts";
import { type Candidate, candidate } from "./candidate.ts";
import { findTool, type Toolkit } from "./find-tool.ts";
import { cellCandidates, jobCandidates } from "./found-names.ts";
import { type GivenWords, readGivenWords } from "./given-words.ts";
import { sourcesOf, type WordSource } from "./word-sources.ts";

/** The words that may come next, or that the shell completes paths by itself. */
export interface CompletedLine {
  readonly kind: "words" | "files" | "directories";
  readonly candidates: readonly Candidate[];
}

const NOTHING: CompletedLine = { kind: "words", candidates: [] };

/** Completes the last of `line`, the words of a command line from the program on. */
export async function completeLine(
  toolkit: Toolkit,
  line: readonly string[],
): Promise<CompletedLine> {
  const [before, current] = [line.slice(0, -1), line.at(-1) ?? ""];
  const { tool, words } = await findTool(toolkit, before);
  const given = readGivenWords(tool, words);
  if (given.isInCommand) return { kind: "files", candidates: [] };
  if (given.openFlag !== undefined && !current.startsWith("-"))
    return valuesOf(tool, given, given.openFlag, current);
  const [, flag, value] = /^--([^=]+)=(.*)$/.exec(current) ?? [];
  if (flag !== undefined) return withStart(valuesOf(tool, given, flag, value ?? ""), `--${flag}=`);
  if (current.startsWith("-")) return wordsOnly(flagCandidates(tool, given), current);
  return argumentsOf(tool, given, current);
}

/** The next argument, or the name of a subcommand; if there is neither, a flag. */
function argumentsOf(tool: HelpContent, given: GivenWords, current: string): CompletedLine {
  const names = Object.keys(tool.args).filter((name) => tool.args[name]?.type === "positional");
  const last = names.at(-1);
  const name = names[given.arguments.length] ?? (last?.endsWith("...") === true ? last : undefined);
  const isFirst = given.arguments.length === 0;
  const commands = isFirst
    ? Object.entries(tool.commands ?? {}).map(([word, text]) => candidate(word, text))
    : [];
  const sources = name === undefined ? [] : sourcesOf(tool.name, name, undefined)(given.arguments);
  const found = [...commands, ...sources.flatMap((each) => candidatesOf(each, given, current))];
  return wordsOnly(found.length > 0 ? found : flagCandidates(tool, given), current);
}

function valuesOf(
  { name: tool, args }: HelpContent,
  given: GivenWords,
  flag: string,
  current: string,
): CompletedLine {
  const definition = Object.hasOwn(args, flag) ? args[flag] : undefined;
  if (definition === undefined || definition.type !== "string") return NOTHING;
  const sources = sourcesOf(tool, flag, definition.valueHint)(given.arguments);
  const path = sources.find((each) => each === "files" || each === "directories");
  if (path !== undefined) return { kind: path, candidates: [] };
  return wordsOnly(
    sources.flatMap((each) => candidatesOf(each, given, current)),
    current,
  );
}

function candidatesOf(source: WordSource, { flags }: GivenWords, current: string): Candidate[] {
  if (source === "cells") return foundNames(() => cellCandidates(current.toLowerCase(), flags));
  if (source === "jobs") return foundNames(() => jobCandidates(current, flags));
  if (typeof source === "string") return [];
  const { words, isList = false } = source;
  const start = isList ? current.slice(0, current.lastIndexOf(",") + 1) : "";
  const others = words.filter((word) => !start.split(",").includes(word));
  return others.map((word) => candidate(start + word, ""));
}

/** None if the settings, the root or the jobs cannot be read: a completion reports no errors. */
function foundNames(find: () => Candidate[]): Candidate[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof OperatorError) return [];
    throw error;
  }
}

/** The flags that were not given yet, and those that every command has. */
function flagCandidates(tool: HelpContent, { flags }: GivenWords): Candidate[] {
  const own = flagGroups(tool)
    .filter(({ title }) => title !== "ARGUMENTS")
    .flatMap((group) => group.flags)
    .filter(({ name }) => !isGiven(flags, name))
    .map(({ name, description }) => candidate(`--${name}`, description));
  const names = own.map(({ word }) => word);
  const usual = [
    candidate("--help", "Print the help"),
    candidate("--version", "Print the version"),
  ];
  return [...own, ...usual.filter(({ word }) => !names.includes(word))];
}

/** A list is given with a flag that may be repeated. */
const isGiven = (flags: FlagValues, name: string): boolean =>
  Object.hasOwn(flags, name) && !Array.isArray(flags[name]);

const wordsOnly = (candidates: readonly Candidate[], current: string): CompletedLine => ({
  kind: "words",
  candidates: candidates.filter(({ word }) => word.toLowerCase().startsWith(current.toLowerCase())),
});

const withStart = ({ kind, candidates }: CompletedLine, start: string): CompletedLine => ({
  kind,
  candidates: candidates.map(({ word, description }) => ({ word: start + word, description })),
});
