/**
 * A person at a terminal, for tests: an interactive shell, keys, and what is on the screen.
 *
 * @module
 */
import { eventually } from "./background.ts";
import { bareEnvironment } from "./surroundings.ts";

export interface Terminal extends AsyncDisposable {
  /** Types; `\u0003` is Ctrl-C, `\u001a` is Ctrl-Z. */
  type(keys: string): void;
  /** Changes the size of the window, which the terminal reports by SIGWINCH. */
  resize(columns: number, rows: number): void;
  /** Closes the window: the terminal hangs up. */
  hangUp(): void;
  /** Waits until a line of the screen is `wanted`, and gives all the lines since the last call. */
  until(wanted: string | RegExp): Promise<string[]>;
}

/** Opens a terminal with an interactive bash, which echoes nothing of what is typed. */
export async function openTerminal(cwd: string): Promise<Terminal> {
  const decoder = new TextDecoder();
  let screen = "";
  const shell = Bun.spawn(["bash", "--norc", "--noediting", "-i"], {
    cwd,
    env: { ...bareEnvironment(), PS1: "" },
    terminal: {
      cols: 97,
      rows: 31,
      data: (_, bytes) => void (screen += decoder.decode(bytes, { stream: true })),
    },
  });
  const terminal: Terminal = {
    type: (keys) => void shell.terminal?.write(keys),
    resize: (columns, rows) => shell.terminal?.resize(columns, rows),
    hangUp: () => shell.terminal?.close(),
    async until(wanted) {
      const isWanted = (line: string) =>
        typeof wanted === "string" ? line === wanted : wanted.test(line);
      return eventually(async () => {
        const lines = screen.split("\r\n");
        const at = lines.findIndex(isWanted);
        if (at < 0) return undefined;
        screen = lines.slice(at + 1).join("\r\n");
        return lines.slice(0, at + 1);
      });
    },
    async [Symbol.asyncDispose]() {
      shell.kill("SIGKILL");
      await shell.exited;
      shell.terminal?.close();
    },
  };
  terminal.type("stty -echo; echo 're'ady\n");
  await terminal.until("ready");
  return terminal;
}
