/**
 * accept-proposals between a Gitea for tests and a root of its own.
 *
 * @module
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { markDirectory, newMarker } from "../../lib/host/files/store-marker.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { openBridge } from "../../lib/proposals/bridge/bridge.ts";
import { runPass } from "../../lib/proposals/bridge/pass.ts";
import { lineOf } from "../../lib/proposals/bridge/proposals-screen.ts";
import type { RecordsPaths } from "../../lib/proposals/bridge/records.ts";
import type { PassLimits } from "../../lib/proposals/bridge/inspect-issue.ts";
import { type Fault, Gitea, TOKEN } from "./gitea.ts";
import { command, type Ended, type Form, scratch } from "./program.ts";
import { repositoryIn } from "./repository.ts";
import { bareEnvironment } from "./surroundings.ts";

const PASS = ["bun", join(import.meta.dir, "pass.ts")];

export interface Bridged {
  readonly gitea: Gitea;
  readonly root: string;
  /** The lock file of a running pass. */
  readonly lock: string;
  /** The cells, by id. */
  readonly cells: () => string[];
  /** One pass; alice and Bob may accept. */
  readonly poll: (...flags: string[]) => Promise<Ended>;
  /** The same with more in its environment, and in a process with limits of its own. */
  readonly pollWithin: (
    limits: Partial<PassLimits>,
    env?: Record<string, string>,
  ) => Promise<Ended>;
  /** The directory of this root's records, and the state directory above it. */
  readonly state: RecordsPaths;
  /** The same within the test's own process, with settings by name; its results as printed. */
  readonly pass: (settings?: Readonly<Record<string, string>>) => Promise<string[]>;
  /** The same with the token in another file. */
  readonly pollWith: (token: string) => Promise<Ended>;
  /** One pass; `fate` returns what happens to each of its calls. */
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
  const storeDir = join(state, "roots", encodeURIComponent(root));
  const recordsId = recordsIn(join(storeDir, "proposals"), root);
  const where = ["--root", root, "--state-dir", state];
  const call = [...command(form, "accept-proposals"), "--poll", ...where];
  const start = (
    flags: readonly string[],
    token = tokenFile,
    { program = call, more = {} }: { program?: string[]; more?: Record<string, string> } = {},
  ) =>
    Bun.spawn([...program, "--gitea-allow=alice,Bob", ...gitea.flags(token), ...flags], {
      env: { ...bareEnvironment(), ...env, ...more },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  return {
    gitea,
    root,
    state: { stateDir: state, storeDir, root, recordsId },
    lock: join(storeDir, "proposals.lock"),
    cells: () =>
      readdirSync(root)
        .filter((name) => !name.startsWith(".init-"))
        .toSorted(),
    poll: (...flags) => endOf(start(flags)),
    pass: (more = {}) => passWithin(gitea, root, state, { tokenFile, more }),
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

async function passWithin(
  gitea: Gitea,
  root: string,
  state: string,
  { tokenFile, more }: { tokenFile: string; more: Readonly<Record<string, string>> },
): Promise<string[]> {
  const settings = loadSettings({
    root,
    "state-dir": state,
    "gitea-url": gitea.url,
    "gitea-repository": `team/${gitea.name}`,
    "gitea-token-file": tokenFile,
    "gitea-allow": "alice,Bob",
    ...more,
  });
  const creation = { owner: {}, now: new Date(), dryRun: false };
  const options = { isInsecure: false, reportNew: () => {} };
  const { results } = await runPass(openBridge(settings, openRoot(root), creation, options));
  return results.map(lineOf);
}

async function endOf(child: Bun.Subprocess<"ignore", "pipe", "pipe">): Promise<Ended> {
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Creates the directory of records as an operator may by hand, so that no first pass reports it. */
function recordsIn(directory: string, root: string): string {
  mkdirSync(directory, { recursive: true });
  return markDirectory(directory, newMarker(root, new Date())).store_id;
}
