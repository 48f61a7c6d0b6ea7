/**
 * A shell at a terminal with the completions of lazarus-pit, for tests.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./background.ts";
import { command } from "./program.ts";
import { bareEnvironment } from "./surroundings.ts";

/** How each shell is started without anyone's settings, and set up to complete without questions. */
const STARTS = {
  bash: {
    argv: ["bash", "--norc", "-i"],
    setUp: [
      "bind 'set enable-bracketed-paste off'",
      "bind 'set page-completions off'",
      "bind 'set completion-query-items 0'",
      "bind 'set show-all-if-ambiguous on'",
      "source <(lazarus-pit completion bash)",
    ],
  },
  zsh: {
    argv: ["zsh", "-f", "-i"],
    setUp: [
      "unset zle_bracketed_paste",
      "unsetopt beep prompt_sp",
      "LISTMAX=9999",
      "autoload -Uz compinit",
      "compinit -u -D",
      "source <(lazarus-pit completion zsh)",
    ],
  },
} as const;
export type TerminalShell = keyof typeof STARTS;

export interface CompletingShell extends AsyncDisposable {
  /** Types `keys` on an empty line, and waits until the screen since then contains all of `wanted`. */
  typed(keys: string, ...wanted: string[]): Promise<string>;
}

/** The environment in which a shell finds lazarus-pit, with a home of its own. */
export function shellEnvironment(home: string): Record<string, string> {
  const bin = join(home, "bin");
  mkdirSync(bin, { recursive: true });
  const [program = ""] = command("executable", "lazarus-pit");
  writeFileSync(join(bin, "lazarus-pit"), `#!/bin/sh\nexec '${program}' "$@"\n`, { mode: 0o755 });
  const base = bareEnvironment();
  return { ...base, HOME: home, TERM: "xterm", LANG: "C.UTF-8", PATH: `${bin}:${base["PATH"]}` };
}

/** Starts an interactive shell in `home`. */
export async function openCompletingShell(
  name: TerminalShell,
  home: string,
  env: Record<string, string>,
): Promise<CompletingShell> {
  const decoder = new TextDecoder();
  let screen = "";
  const { argv, setUp } = STARTS[name];
  const shell = Bun.spawn([...argv], {
    cwd: home,
    env: { ...shellEnvironment(home), PS1: "", PROMPT: "", ...env },
    terminal: {
      cols: 200,
      rows: 200,
      data: (_, bytes) => void (screen += decoder.decode(bytes, { stream: true })),
    },
  });
  const typed = async (keys: string, ...wanted: string[]): Promise<string> => {
    // Ctrl-U clears the line of before.
    shell.terminal?.write(`\u0015${keys}`);
    const shown = await eventually(async () => {
      const text = Bun.stripANSI(screen);
      return wanted.every((each) => text.includes(each)) ? text : undefined;
    });
    screen = "";
    return shown;
  };
  await typed(`${setUp.join("; ")}; echo 're'ady\n`, "ready");
  return {
    typed,
    async [Symbol.asyncDispose]() {
      shell.kill("SIGKILL");
      await shell.exited;
      shell.terminal?.close();
    },
  };
}
