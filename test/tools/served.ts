/**
 * A real serve-health for tests, and the events that it or a proxy before it sends.
 *
 * @module
 */
import { type Background, backgrounds } from "./background.ts";
import { command } from "./program.ts";

export interface Endpoint extends Background {
  /** Where it says it is: a URL or `unix:/path`. */
  readonly address: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Gives a function that starts serve-health; all are stopped at the end of the test file. */
export function endpoints(): (...flags: string[]) => Promise<Endpoint> {
  const start = backgrounds();
  return async (...flags) => {
    // A test must not see the jobs of this machine, unless it names a heartbeat directory.
    const jobs = flags.some((flag) => flag.startsWith("--heartbeat-dir"))
      ? []
      : ["--heartbeat-dir=/nowhere"];
    const program = start([...command("script", "serve-health"), ...jobs, ...flags]);
    const address = await program.firstLine();
    const [, unix] = /^unix:(.*)$/.exec(address) ?? [];
    return {
      ...program,
      address,
      fetch: (path, init = {}) =>
        unix === undefined
          ? fetch(new URL(path, address), init)
          : fetch(new URL(path, "http://localhost"), { ...init, unix }),
    };
  };
}

export interface ServerEvent {
  readonly name: string;
  readonly data: unknown;
}

/** Reads events one by one; `return` it, or end the loop over it, to hang up. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const whole = text.split("\n\n");
    text = whole.pop() ?? "";
    for (const each of whole) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(each) ?? [];
      if (name !== undefined && data !== undefined) yield { name, data: JSON.parse(data) };
    }
  }
}

/** The header that carries a token. */
export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
