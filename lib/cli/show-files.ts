/**
 * `lazarus-pit files`: lists, prints and writes the units and samples that the executable carries.
 *
 * @module
 */
import { EXIT, OperatorError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { printText } from "../host/stdio/stdio.ts";
import { type CarriedFile } from "./carried-files.ts";
import { carriedFiles } from "./carried-files.ts" with { type: "macro" };
import { withGuess } from "./did-you-mean.ts";
import { textFlag } from "./flag-values.ts";
import { defineTool } from "./tool.ts";
import { cannotUse } from "./usage-error.ts";
import { writeFiles } from "./write-files.ts";

const FILES: readonly CarriedFile[] = carriedFiles();

export const showFiles = defineTool({
  name: "lazarus-pit files",
  summary: "List, print or write units and samples",
  args: {
    file: { type: "positional", required: false, description: "Print this one of the list" },
    output: { type: "string", valueHint: "dir", description: "Write all of them to a directory" },
  },
  notes: `
The units of systemd, s6 and runit, programs for notifications, rules for
Prometheus, a dashboard for Grafana, hooks of agents, and more: each says at its
top where it belongs. --output overwrites nothing: if another file is in the way
of one, none is written.

Exit codes:
  0   done
  64  usage error           73  a file is in the way, or cannot be written
  66  no such file          74  not printed

Examples:
  $ lazarus-pit files
  $ lazarus-pit files agents/claude-code.json
  $ lazarus-pit files --output config`,
  run({ flags, positionals: [path] }) {
    const output = textFlag(flags, "output");
    if (output === undefined) printText(path === undefined ? listText() : textOf(path));
    else if (path !== undefined) throw cannotUse(`${quoted(path)} together with --output`);
    else printText(`${writeFiles(output, FILES)} files written to ${quoted(output)}\n`);
    return EXIT.ok;
  },
});

const listText = (): string => FILES.map(({ path }) => `${path}\n`).join("");

function textOf(path: string): string {
  const file = FILES.find((each) => each.path === path);
  if (file !== undefined) return file.text;
  const paths = FILES.map((each) => each.path);
  throw new OperatorError(
    "no_input",
    `Cannot print ${quoted(path)}: there is no such file`,
    withGuess("list them with: lazarus-pit files", path, paths),
  );
}
