/**
 * Reads the words of an unfinished command line, which may be wrong.
 *
 * @module
 */
import type { FlagValues } from "../cli/flag-values.ts";
import type { ArgumentRules } from "../cli/flags.ts";
import type { HelpContent } from "../cli/help-content.ts";
import { tokensOf } from "../cli/tokens.ts";

/** What was typed before the word to complete. */
export interface GivenWords {
  readonly arguments: readonly string[];
  /** By name: the text, true without one, or a list for a flag that may be repeated. */
  readonly flags: FlagValues;
  /** The flag at the end, if the next word is its value. */
  readonly openFlag: string | undefined;
  /** The next word belongs to the command line of another program. */
  readonly isInCommand: boolean;
}

/** Reads the arguments and flags of `tool` that `words` give. */
export function readGivenWords(
  tool: HelpContent & Pick<ArgumentRules, "repeatable">,
  words: readonly string[],
): GivenWords {
  const { args, optionalValues = {}, repeatable } = tool;
  const takes = (name: string) => Object.hasOwn(args, name) && args[name]?.type === "string";
  const tokens = tokensOf(
    words,
    (name, next) =>
      takes(name) &&
      (Object.hasOwn(optionalValues, name) ? optionalValues[name] : undefined)?.test(next) !==
        false,
  );
  const flags: Record<string, unknown> = {};
  for (const token of tokens)
    if (token.kind === "option")
      flags[token.name] = token.name === repeatable ? [token.value] : (token.value ?? true);
  const last = tokens.at(-1);
  const isOpen =
    last?.kind === "option" && !last.isInline && last.value === undefined && takes(last.name);
  return {
    arguments: tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : [])),
    flags,
    openFlag: isOpen ? last.name : undefined,
    isInCommand: tool.takesCommand === true && words.includes("--"),
  };
}
