/**
 * accept-proposals between a Gitea for tests and a root of its own.
 *
 * @module
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Limits } from "../../lib/edges/gitea/look.ts";
import { type Fault, Gitea, TOKEN } from "./gitea.ts";
import { command, type Ended, type Form, scratch } from "./program.ts";
import { repositoryIn } from "./repository.ts";

const PASS = ["bun", join(import.meta.dir, "pass.ts")];
const BIN = join(import.meta.dir, "../../node_modules/.bin");

export interface Bridged {
  readonly gitea: Gitea;
  readonly root: string;
  /** The file by which a pass holds its turn. */
  readonly lock: string;
  /** The cells, by id. */
  readonly cells: () => string[];
  /** One pass; alice and Bob may accept. */
  readonly poll: (...flags: string[]) => Promise<Ended>;
  /** The same with more in its environment, and in a process with limits of its own. */
  readonly pollWithin: (limits: Partial<Limits>, env?: Record<string, string>) => Promise<Ended>;
  /** Where what is remembered of this root is kept, and the directory above. */
  readonly state: { readonly top: string; readonly folder: string };
  /** The same with the token in another file. */
  readonly pollWith: (token: string) => Promise<Ended>;
  /** A pass whose every call meets what `fate` says. */
  readonly pollMeeting: (
    fate: (number: number, call: string) => Fate | undefined | Promise<Fate | undefined>,
  ) => Promise<Ended>;
}

/** What befalls a pass at a call; one that is killed there may have done the call or not. */
export type Fate = Fault | "kill-before" | "kill-after";

/** Where bridges are made. Call it once a file, at its top. */
export async function bridges() {
  const here = scratch();
  const env = await repositoryIn(here);
  const tokenFile = join(here, "token");
  writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
  let count = 0;
  return {
    tokenFile,
    /** Where the repositories are that git finds under https://git.test/. */
    repositories: join(here, "git"),
    /** Starts a Gitea, and makes a root. */
    bridge: async (
      form: Form = "executable",
      exclusive = true,
      root = join(here, `root-${count++}`),
    ): Promise<Bridged> => {
      mkdirSync(root, { recursive: true });
      return bridged(form, await Gitea.start({ exclusive }), root, tokenFile, env);
    },
  };
}

function bridged(
  form: Form,
  gitea: Gitea,
  root: string,
  tokenFile: string,
  env: Record<string, string>,
): Bridged {
  const state = join(dirname(tokenFile), "state");
  const folder = join(state, "roots", encodeURIComponent(root));
  const where = ["--root", root, "--state-dir", state];
  const call = [...command(form, "accept-proposals"), "--poll", ...where];
  const start = (
    flags: readonly string[],
    token = tokenFile,
    { program = call, more = {} }: { program?: string[]; more?: Record<string, string> } = {},
  ) =>
    Bun.spawn([...program, "--gitea-allow=alice,Bob", ...gitea.flags(token), ...flags], {
      env: { PATH: `${BIN}:${process.env["PATH"]}`, ...env, ...more },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  return {
    gitea,
    root,
    state: { top: state, folder },
    lock: join(folder, "proposals.lock"),
    cells: () =>
      readdirSync(root)
        .filter((name) => !name.startsWith(".init-"))
        .toSorted(),
    poll: (...flags) => endOf(start(flags)),
    pollWith: (token) => endOf(start([], token)),
    pollWithin: (limits, more = {}) =>
      endOf(start([], tokenFile, { program: [...PASS, JSON.stringify(limits), ...where], more })),
    async pollMeeting(fate) {
      const first = gitea.seen.length;
      const child = start([]);
      gitea.onCall = async (number, called) => {
        const met = await fate(number - first, called);
        if (met !== "kill-before" && met !== "kill-after") return met;
        child.kill("SIGKILL");
        await child.exited;
        return met === "kill-before" ? "cut-before" : "cut-after";
      };
      const ended = await endOf(child);
      gitea.onCall = () => undefined;
      return ended;
    },
  };
}

async function endOf(child: Bun.Subprocess<"ignore", "pipe", "pipe">): Promise<Ended> {
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}
