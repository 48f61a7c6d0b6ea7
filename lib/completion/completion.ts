/**
 * `lazarus-pit completion`: prints a shell's script, and what may come next on a command line.
 *
 * The scripts call the executable at each completion. So they stay right after an upgrade, and know
 * cells and jobs.
 *
 * @module
 */
import { EXIT } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { withGuess } from "../cli/did-you-mean.ts";
import type { HelpContent } from "../cli/help-content.ts";
import { defineTool, type Tool } from "../cli/tool.ts";
import { cannotUse } from "../cli/usage-error.ts";
import { printText } from "../host/stdio/stdio.ts";
import { completeLine, type CompletedLine } from "./complete-line.ts";
import type { CommandTable } from "./find-tool.ts";
import { SHELL_NAMES, type ShellName, shellScript } from "./shell-script.ts";

const CANDIDATES = "candidates";

/** The command, for `program` with these commands; a link with the name of a command is completed too. */
export const completionTool = (program: HelpContent, commands: CommandTable): Tool =>
  defineTool({
    name: "lazarus-pit completion",
    summary: "Print completions for bash, zsh or fish",
    takesCommand: true,
    args: {
      shell: { type: "positional", description: "bash, zsh or fish; or candidates, see below" },
    },
    notes: `
The script completes commands, flags, their values, ids of cells with titles,
and jobs. For that it calls, at each completion:
  lazarus-pit completion candidates -- WORDS OF THE COMMAND LINE
That prints "words", "files" or "directories", and each word that may come next
with a tab and its description.

Exit codes:
  0   printed           64  usage error           74  not printed

Examples:
  $ source <(lazarus-pit completion bash)
  $ source <(lazarus-pit completion zsh)
  $ lazarus-pit completion fish | source`,
    async run({ positionals: [shell = ""], command }) {
      if (shell === CANDIDATES)
        printText(linesOf(await completeLine({ program, commands }, command)));
      else printText(shellScript(readShell(shell), [program.name, ...linkNames(commands)]));
      return EXIT.ok;
    },
  });

/** The commands whose links are completed: those that are programs of their own. */
const linkNames = (commands: CommandTable): string[] =>
  Object.entries(commands)
    .filter(([, { hasLink }]) => hasLink === true)
    .map(([name]) => name);

function readShell(name: string): ShellName {
  const shell = SHELL_NAMES.find((each) => each === name);
  if (shell !== undefined) return shell;
  const all = `the shells are: ${SHELL_NAMES.join(", ")}`;
  throw cannotUse(`${quoted(name)} as a shell`, withGuess(all, name, SHELL_NAMES));
}

const linesOf = ({ kind, candidates }: CompletedLine): string =>
  [kind, ...candidates.map(({ word, description }) => `${word}\t${description}`)]
    .map((line) => `${line}\n`)
    .join("");
