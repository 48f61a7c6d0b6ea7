/**
 * `lazarus-pit man`: prints a manual page, or writes all of them to a directory.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { suggestion } from "../cli/did-you-mean.ts";
import { textFlag } from "../cli/flag-values.ts";
import { defineTool, type Tool } from "../cli/tool.ts";
import { cannotUse } from "../cli/usage-error.ts";
import { systemFailure } from "../host/errno.ts";
import { writeOutput } from "../host/files/output-file.ts";
import { printText } from "../host/stdio/stdio.ts";
import { type ManualPage, manualPages } from "./pages.ts";

const DATE_LENGTH = "2026-01-31".length;

/** The commands of the program by name. */
type LoadableTools = Readonly<Record<string, { readonly load: () => Promise<Tool> }>>;

/** The command, for `program` with these commands. */
export const manualTool = (program: Tool, commands: LoadableTools): Tool =>
  defineTool({
    name: "lazarus-pit man",
    summary: "Print a manual page, or write all of them",
    args: {
      page: { type: "positional", required: false, description: "One of the list" },
      output: { type: "string", valueHint: "dir", description: "Write all pages below it" },
    },
    notes: `
Without arguments it lists the pages. With --output it writes each to man1/ or
man5/ of that directory, such as /usr/local/share/man.

Exit codes:
  0   printed or written    64  no such page
  73  cannot create         74  not printed
  77  no permission

Examples:
  $ lazarus-pit man
  $ lazarus-pit man scan | man -l -
  $ lazarus-pit man --output /usr/local/share/man`,
    async run({ flags, positionals: [name] }) {
      const pages = manualPages(
        await loadTools(program, commands),
        new Date().toISOString().slice(0, DATE_LENGTH),
      );
      const output = textFlag(flags, "output");
      if (output !== undefined && name !== undefined) throw cannotUse("a page with --output");
      if (output !== undefined) writePages(pages, output);
      else if (name !== undefined) printText(findPage(pages, name).roff);
      else printText(pages.map(({ file }) => `${file}\n`).join(""));
      return EXIT.ok;
    },
  });

/** The program, its commands and their subcommands. */
async function loadTools(program: Tool, commands: LoadableTools): Promise<readonly Tool[]> {
  const tools = await Promise.all(Object.values(commands).map(({ load }) => load()));
  const subtools = tools.flatMap((tool) => Object.values(tool.tools ?? {}));
  return [program, ...tools, ...(await Promise.all(subtools.map((load) => load())))];
}

/** What names a page: its file, with or without its section and `lazarus-pit-`. */
function namesOf({ file }: ManualPage): string[] {
  const bare = file.replace(/\.\d$/, "");
  return [file, bare, bare.replace(/^lazarus-pit-/, "")];
}

function findPage(pages: readonly ManualPage[], name: string): ManualPage {
  const found = pages.find((each) => namesOf(each).includes(name));
  if (found !== undefined) return found;
  const meant = suggestion(name, pages.flatMap(namesOf));
  throw cannotUse(`${quoted(name)} as a page`, meant ?? "list the pages with: lazarus-pit man");
}

function writePages(pages: readonly ManualPage[], directory: string): void {
  for (const { file, roff } of pages) {
    const folder = join(directory, `man${file.slice(-1)}`);
    const path = join(folder, file);
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw systemFailure(error, `Cannot write ${quoted(path)}`, "cannot_create");
    }
    writeOutput(path, roff);
  }
}
