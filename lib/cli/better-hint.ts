/**
 * The hint for a mistyped flag, which is known only once the command line was refused.
 *
 * @module
 */
import { commandPrefix } from "./called-as.ts";
import { withGuess } from "./did-you-mean.ts";
import { beforeCommand } from "./flags.ts";
import type { HelpContent } from "./help-content.ts";
import { HELP_HINT } from "./usage-error.ts";

/** `hint`, or if it only points to the help, the flag of `tool` that an unknown one is close to. */
export function betterHint(
  hint: string,
  tool: Pick<HelpContent, "name" | "args">,
  argv: readonly string[],
): string {
  if (hint !== HELP_HINT) return hint;
  const flags = Object.entries(tool.args).flatMap(([name, { type }]) =>
    type === "positional" ? [] : [`--${name}`],
  );
  const wrong = beforeCommand(argv)
    .filter((word) => word.startsWith("-"))
    .map((word) => word.split("=")[0] ?? "")
    .find((word) => !flags.includes(word));
  const prefix = tool.name.startsWith("lazarus-pit") ? "" : commandPrefix();
  const help = `see: ${prefix}${tool.name} --help`;
  return wrong === undefined ? help : withGuess(help, wrong, flags);
}
