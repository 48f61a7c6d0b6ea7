/**
 * Splits a command line into options and positional arguments, as `parseArgs` of node:util does. Loading
 * that takes longer than a heartbeat needs for its work.
 *
 * @module
 */

/** An option as it was given, known or not. */
export interface OptionToken {
  readonly kind: "option";
  readonly name: string;
  /** With its dashes. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** The value was given after `=`. */
  readonly isInline: boolean;
}

export type Token = OptionToken | { readonly kind: "positional"; readonly value: string };

/** The tokens of `argv`; the next argument is the value of an option if `takesValue` is true for both. */
export function tokensOf(
  argv: readonly string[],
  takesValue: (name: string, next: string) => boolean,
): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "--") return [...tokens, ...argv.slice(at + 1).map(positional)];
    if (!word.startsWith("-") || word === "-") {
      tokens.push(positional(word));
      continue;
    }
    const option = word.startsWith("--") ? longOption(word) : shortOption(word);
    const isOpen = !option.isInline && takesValue(option.name, argv[at + 1] ?? "");
    tokens.push(isOpen && at + 1 < argv.length ? { ...option, value: argv[++at] } : option);
  }
  return tokens;
}

const positional = (value: string): Token => ({ kind: "positional", value });

/** `--name`, or `--name=value`. */
function longOption(word: string): OptionToken {
  const end = word.indexOf("=", "--n".length);
  const rawName = end < 0 ? word : word.slice(0, end);
  const name = rawName.slice("--".length);
  return end < 0
    ? { kind: "option", name, rawName, isInline: false }
    : { kind: "option", name, rawName, value: word.slice(end + 1), isInline: true };
}

/** The first one of a group: no command knows any. */
const shortOption = (word: string): OptionToken => ({
  kind: "option",
  name: word.slice(1, 2),
  rawName: word.slice(0, 2),
  isInline: true,
});
