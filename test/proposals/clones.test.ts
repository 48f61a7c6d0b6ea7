/**
 * What a proposal's repository may do to the bridge: no code of it is run, its time and its size are
 * limited, it delays no other proposal, and it is not blamed for the faults of this host.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { $ } from "bun";
import { type Bridged, bridges } from "../tools/bridge.ts";
import { CAN_MOUNT, mountTmpfs } from "../tools/disk.ts";
import { until } from "../tools/endpoint.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";
import { sshIn } from "../tools/repository.ts";
import { bareEnvironment } from "../tools/surroundings.ts";
import { wrongWith } from "../tools/whole.ts";

const { bridge, repositories, tokenFile } = await bridges();
const home = join(repositories, "..");
const here = scratch();

/** The ids derived from repository 3 and issues 1 and 2: they must never change. */
const [FIRST, SECOND] = [
  "b90d40dd-558d-5fb9-841f-61572f483a9e",
  "3bd1a719-9be5-5cec-a2d4-9c3fefdca2d7",
];
const PLAIN = bodyOf({ repository: undefined, ref: undefined });
const of = (repository: string, ref?: string) => bodyOf({ repository, ref });
const LOCAL = "https://git.test/team/app.git";
const BY_SSH = "ssh://git.test/team/app.git";
const WAITS = { firstCloneMs: 6000, retryCloneMs: 7000, allClonesMs: 60_000 };

/** Makes a repository of these files under https://git.test/, and ssh://git.test/. */
async function repositoryOf(name: string, files: Readonly<Record<string, string | Uint8Array>>) {
  const path = join(repositories, name);
  mkdirSync(path, { recursive: true });
  const git = (...args: string[]) =>
    $`git -c user.name=test -c user.email=test@example.org ${args}`.cwd(path).quiet();
  await git("init", "--quiet", "--initial-branch=main");
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  await git("add", ".");
  await git("commit", "--quiet", "--allow-empty", "--message", "one");
  return git;
}

/** Expects that a root contains these cells, and nothing else. */
const expectOnly = ({ root }: Bridged, ...ids: string[]) =>
  expect(readdirSync(root).toSorted()).toEqual(ids.toSorted());

/** False for a process that is gone, or is a zombie that its parent has not reaped yet. */
function isAtWork(pid: string): boolean {
  const stat = `/proc/${pid.trim()}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, "utf8"));
}

describe("a host without room for a clone", () => {
  const noise = Buffer.from(Array.from({ length: 3_000_000 }, () => Math.random() * 256));
  const words = "Lorem ipsum ".repeat(400_000);
  const names = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`f${at}`, "x"]));

  test.skipIf(!CAN_MOUNT).each([
    ["while it is copied", "size=1m", { noise }, "https://git.test/"],
    ["while it is checked out", "size=1m", { words }, "https://git.test/"],
    ["while it is received", "size=1m", { noise }, BY_SSH.replace("team/app.git", "")],
    ["of inodes", "size=9m,nr_inodes=80", names, BY_SSH.replace("team/app.git", "")],
  ] as const)(
    "%s is reported to the operator, and the next pass makes the cell (needs a mount)",
    async (what, size, files, base) => {
      const name = `team/${what.replaceAll(" ", "-")}.git`;
      const git = await repositoryOf(name, files);
      await git("repack", "-qad");
      const root = mountTmpfs(size);
      const bridged = await bridge("executable", true, root);
      const { gitea, pollWithin, cells } = bridged;
      gitea.propose(of(`${base}${name}`));
      const env = sshIn(home, "ssh-plain", 'eval "exec $git"');
      const full = await pollWithin({}, env);
      expect(full.stdout).toStartWith("#1 failed: Cannot c");
      expect(full.stdout).toMatch(/: (?:No space left on device|unable to write file words)\n$/);
      expect(full).toMatchObject({ code: 74, stderr: expect.stringContaining("df -i") });
      expect([gitea.said(1), gitea.labelsOf(1)]).toEqual([[], ["mission/accepted"]]);
      expectOnly(bridged);
      Bun.spawnSync(["mount", "-o", "remount,size=30m,nr_inodes=1000", root]);
      expect(await pollWithin({}, env)).toEqual({
        code: 0,
        stdout: `#1 made ${FIRST}\n`,
        stderr: "",
      });
      expect(cells()).toEqual([FIRST]);
    },
  );

  test.each([
    ["error: unable to write file x: Disk quota exceeded", 74],
    ["fatal: write error: Input/output error", 74],
    ["fatal: cannot create directory at 'x': Read-only file system", 74],
    ["error: cannot run ssh: No such file or directory", 74],
    ["sh: 1: exec: timeout: not found", 74],
    ["timeout: failed to run command 'git': Permission denied", 74],
    ["git: 'remote-https' is not a git command. See 'git --help'.", 74],
    ["remote: fatal: write error: No space left on device", 0],
    ["fatal: remote error: x: No space left on device", 0],
    ["fatal: remote error: x\nfatal: write error: No space left on device", 0],
    ["error: invalid path 'x: No space left on device'", 0],
    ["fatal: repository not found", 0],
  ])("is told from what git says: %s", async (said, code) => {
    const bin = join(here, `bin-${code}-${said.length}`);
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "git"), `#!/bin/sh\necho "${said}" >&2\nexit 128\n`, { mode: 0o755 });
    const { gitea, pollWithin } = await bridge();
    gitea.propose(of(LOCAL));
    const PATH = `${bin}:${join(import.meta.dir, "../../node_modules/.bin")}:${process.env["PATH"]}`;
    expect((await pollWithin({}, { PATH })).code).toBe(code);
    expect(gitea.said(1)).toHaveLength(code === 0 ? 1 : 0);
  });

  test("that kills git, as for lack of memory, does not blame the issue", async () => {
    const { gitea, pollWithin } = await bridge();
    gitea.propose(of(BY_SSH));
    const env = sshIn(home, "ssh-killer", "kill -9 $PPID");
    expect(await pollWithin({}, env)).toMatchObject({
      code: 74,
      stdout: `#1 failed: Cannot clone "${BY_SSH}": SIGKILL ended git\n`,
    });
    expect(gitea.said(1)).toEqual([]);
  });
});

const sleeping = (name: string) => sshIn(home, name, "sleep 600");

describe("a slow repository", () => {
  test("is cloned after the fast ones, stopped with all its processes, and finally refused", async () => {
    const bridged = await bridge();
    const { gitea, pollWithin, cells } = bridged;
    for (const body of [of(BY_SSH), of(LOCAL), PLAIN]) gitea.propose(body);
    const env = sleeping("ssh-sleeps");
    const first = await pollWithin(WAITS, env);
    expect(first.code).toBe(0);
    expect(first.stdout).toStartWith(
      `#1 waiting: Cannot clone "${BY_SSH}": it took longer than 6s\n#2 made ${SECOND}\n#3 made `,
    );
    const words = () => gitea.seen.filter(({ call }) => call.endsWith("comments"));
    expect(words().map(({ call }) => call.replace(/\D/g, ""))).toEqual(["3", "1", "2"]);
    expect(isAtWork(readFileSync(join(home, "ssh-sleeps.pid"), "utf8"))).toBe(false);
    gitea.propose(of(LOCAL));
    const second = await pollWithin(WAITS, env);
    expect(second.stdout).toStartWith(
      "#1 refused: Repository: it could not be cloned within 7s\n#4 made ",
    );
    // A repository that could not be cloned before comes last.
    expect(words().map(({ call }) => call.replace(/\D/g, ""))).toEqual(["3", "1", "2", "4", "1"]);
    expect(gitea.said(1)[1]).toContain("Repository: it could not be cloned within 7s");
    expect(gitea.labelsOf(1)).toEqual([]);
    expectOnly(bridged, ...cells());
    expect(cells()).toHaveLength(3);
  });

  test("is left to the next pass when the time is up", async () => {
    const { gitea, pollWithin } = await bridge();
    gitea.propose(of(BY_SSH));
    gitea.propose(of(LOCAL));
    const ended = await pollWithin({ ...WAITS, allClonesMs: 6500 }, sleeping("ssh-hogs"));
    expect(ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("#2 waiting: left to the next pass\n"),
    });
    expect(gitea.said(2)).toEqual([]);
  });

  test("stops cloning when its pass is stopped, and leaves nothing behind", async () => {
    const bridged = await bridge();
    const { gitea, root, state } = bridged;
    gitea.propose(of(BY_SSH));
    const places = ["--poll", "--root", root, "--state-dir", state.stateDir, "--gitea-allow=alice"];
    const argv = [...command("executable", "accept-proposals"), ...places];
    const child = Bun.spawn([...argv, ...gitea.flags(tokenFile)], {
      env: { ...bareEnvironment(), HOME: home, ...sleeping("ssh-ended") },
      stdio: ["ignore", "pipe", "ignore"],
    });
    await until(() => existsSync(join(home, "ssh-ended.pid")));
    child.kill("SIGTERM");
    expect(await child.exited).toBe(75);
    expect(await child.stdout.text()).toContain("interrupted by SIGTERM");
    expectOnly(bridged);
    await until(() => !isAtWork(readFileSync(join(home, "ssh-ended.pid"), "utf8")));
    expect(gitea.said(1)).toEqual([]);
  });

  test("does not delay other passes, which end without an error", async () => {
    const bridged = await bridge();
    const { gitea, poll, pollWithin, cells } = bridged;
    gitea.propose(of(BY_SSH));
    const env = sshIn(home, "ssh-waits", 'until [ -e go ]; do sleep 0.05; done; eval "exec $git"');
    const cloning = pollWithin({}, env);
    await until(() => existsSync(join(home, "ssh-waits.pid")));
    gitea.propose(PLAIN);
    gitea.propose(of(LOCAL));
    expect(await poll()).toEqual({
      code: 0,
      stdout: `#1 waiting: another pass is cloning\n#2 made ${SECOND}\n#3 waiting: another pass is cloning\n`,
      stderr: "",
    });
    writeFileSync(join(home, "go"), "");
    expect(await cloning).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    expect((await poll()).stdout).toStartWith("#3 made ");
    expect(cells()).toHaveLength(3);
    expect([1, 2, 3].map((number) => gitea.said(number).length)).toEqual([1, 1, 1]);
  });
});

const noise = () => crypto.getRandomValues(new Uint8Array(65_536));

const parts = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`part-${at}`, noise()]));
describe("a large repository", () => {
  const BYTES = { bytes: 2 * 2 ** 20 };
  const REFUSED = "#1 refused: Repository: it is larger than 2 MiB\n";

  test("is refused by its field, even if cloning it took only a moment", async () => {
    await repositoryOf("team/large.git", parts(40));
    const bridged = await bridge();
    const { gitea, pollWithin } = bridged;
    gitea.propose(of("https://git.test/team/large.git"));
    expect(await pollWithin(BYTES)).toEqual({ code: 0, stdout: REFUSED, stderr: "" });
    expect(gitea.said(1)[0]).toContain("Repository: it is larger than 2 MiB");
    expect(gitea.labelsOf(1)).toEqual([]);
    expectOnly(bridged);
  });

  test("is stopped while it is still being cloned", async () => {
    const git = await repositoryOf("team/endless.git", parts(90));
    await git("repack", "-qad");
    const bridged = await bridge();
    const { gitea, pollWithin } = bridged;
    gitea.propose(of("ssh://git.test/team/endless.git"));
    const env = sshIn(home, "ssh-stalls", 'eval "$git" | { dd bs=16384 count=220; sleep 600; }');
    expect(await pollWithin(BYTES, env)).toMatchObject({ code: 0, stdout: REFUSED });
    expectOnly(bridged);
  });
});

/** Ends a pass that clones from an ssh that has started one more process; gives their numbers. */
async function endCloning(signal: "SIGKILL" | "SIGTERM") {
  const bridged = await bridge();
  const { gitea, root, state } = bridged;
  gitea.propose(of(BY_SSH));
  const path = join(home, `ssh-${signal}`);
  const env = sshIn(home, `ssh-${signal}`, "sleep 600 & echo $! >$0.more; wait");
  // Time enough for a busy machine to start ssh, and to end the pass before git is given up.
  const limits = JSON.stringify({ firstCloneMs: 20_000 });
  const pass = [process.execPath, join(import.meta.dir, "../tools/pass.ts"), limits];
  const where = [`--root=${root}`, `--state-dir=${state.stateDir}`, "--gitea-allow=alice"];
  const child = Bun.spawn([...pass, ...where, ...gitea.flags(tokenFile)], {
    env: { ...bareEnvironment(), ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await until(() => existsSync(`${path}.more`) && readFileSync(`${path}.more`).length > 0);
  child.kill(signal);
  await child.exited;
  const said = await child.stdout.text();
  const pids = ["pid", "more"].map((name) => readFileSync(`${path}.${name}`, "utf8"));
  return { ...bridged, pids, said };
}

describe("a pass that is stopped while it clones", () => {
  test("stops all the processes that it started", async () => {
    const { pids, root, said } = await endCloning("SIGTERM");
    expect(said).toBe("#1 failed: Cannot wait for git: interrupted by SIGTERM\n");
    expect(pids.map(isAtWork)).toEqual([false, false]);
    expect(readdirSync(root)).toEqual([]);
  });

  test("by SIGKILL: git ends by itself, and the locks are released", async () => {
    const { pids, pollWithin } = await endCloning("SIGKILL");
    const next = await pollWithin({}, sshIn(home, "ssh-after-kill", 'eval "exec $git"'));
    expect(next).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    await until(() => !pids.some(isAtWork));
  }, 600_000);
});

describe("while a repository is cloned", () => {
  const CHANGED =
    "#1 nothing: it was changed, or its acceptance withdrawn, while its cell was created\n";

  test.each<readonly [string, (bridged: Bridged) => void]>([
    ["the label is taken away", ({ gitea }) => gitea.takeLabel(1, "mission/accepted")],
    ["the issue is closed", ({ gitea }) => gitea.close(1)],
    ["the body is edited", ({ gitea }) => gitea.edit(1, bodyOf({ title: "Other" }))],
    [
      "the body is edited in the second of its acceptance",
      ({ gitea }) => gitea.edit(1, bodyOf({ title: "Other" }), 0),
    ],
    ["someone comments", ({ gitea }) => gitea.comment(1, "wait")],
    [
      "it is accepted once more",
      ({ gitea }) => {
        gitea.takeLabel(1, "mission/accepted");
        gitea.setLabel(1, "mission/accepted", "bob");
      },
    ],
  ])("and %s, no cell appears", async (what, change) => {
    const name = `ssh-${what.replaceAll(" ", "-")}`;
    const bridged = await bridge();
    const { gitea, pollWithin } = bridged;
    gitea.propose(of(BY_SSH));
    const env = sshIn(home, name, `until [ -e $0.go ]; do sleep 0.05; done; eval "exec $git"`);
    const cloning = pollWithin({}, env);
    await until(() => existsSync(join(home, `${name}.pid`)));
    change(bridged);
    writeFileSync(join(home, `${name}.go`), "");
    expect(await cloning).toEqual({ code: 0, stdout: CHANGED, stderr: "" });
    expectOnly(bridged);
    expect(gitea.said(1)).toEqual([]);
  });

  test("and that fails, an issue that is no longer accepted gets no comment", async () => {
    const { gitea, pollWithin } = await bridge();
    gitea.propose(of(BY_SSH));
    const env = sshIn(home, "ssh-fails", "until [ -e $0.go ]; do sleep 0.05; done; exit 1");
    const cloning = pollWithin({}, env);
    await until(() => existsSync(join(home, "ssh-fails.pid")));
    gitea.takeLabel(1, "mission/accepted");
    writeFileSync(join(home, "ssh-fails.go"), "");
    expect(await cloning).toMatchObject({ code: 0, stdout: expect.stringContaining("#1 nothing") });
    expect(gitea.said(1)).toEqual([]);
  });
});

test("no cell is created if the body is edited within the second of its acceptance, before the cell appears", async () => {
  const bridged = await bridge();
  const { gitea, pollMeeting } = bridged;
  gitea.propose(PLAIN);
  let looks = 0;
  const ended = await pollMeeting((_, call) => {
    if (call === "GET issues/1" && ++looks === 2)
      gitea.edit(1, bodyOf({ title: "Other", repository: undefined, ref: undefined }), 0);
    return undefined;
  });
  expect(ended.stdout).toStartWith("#1 nothing: it was changed");
  expectOnly(bridged);
});

test("a repository for which git needs more than 4 GiB of memory is refused", async () => {
  const bridged = await bridge();
  const { gitea, pollWithin } = bridged;
  gitea.propose(of(BY_SSH));
  const script = "ulimit -v >$0.limit; echo 'fatal: Out of memory, malloc failed' >&2; exit 1";
  expect(await pollWithin({}, sshIn(home, "ssh-memory", script))).toEqual({
    code: 0,
    stdout: "#1 refused: Repository: git needs more memory for it than the limit\n",
    stderr: "",
  });
  expect(readFileSync(join(home, "ssh-memory.limit"), "utf8")).toBe("4194304\n");
  expectOnly(bridged);
});

describe("a hostile repository", () => {
  test("runs nothing: no hook, no filter, no submodule", async () => {
    const ran = join(here, "ran");
    const git = await repositoryOf("team/traps.git", {
      ".gitattributes": "* filter=evil\n",
      ".gitmodules": `[submodule "s"]\n\tpath = s\n\turl = https://git.test/team/app.git\n`,
      ".lfsconfig": "[lfs]\n\turl = https://git.test/lfs\n",
      text: "plain\n",
    });
    await $`ln -s /etc/passwd link`.cwd(join(repositories, "team/traps.git"));
    const head = (
      await $`git -C ${join(repositories, "team/app.git")} rev-parse HEAD`.text()
    ).trim();
    await git("update-index", "--add", "--cacheinfo", `160000,${head},s`);
    await git("add", "link");
    await git("commit", "--quiet", "--message", "traps");
    const hooks = join(here, "hooks");
    mkdirSync(hooks);
    writeFileSync(join(hooks, "post-checkout"), `#!/bin/sh\n: >${ran}-hook\n`, { mode: 0o755 });
    const config = join(here, "gitconfig");
    writeFileSync(
      config,
      `${readFileSync(join(home, ".gitconfig"), "utf8")}[core]\n\thooksPath = ${hooks}\n[submodule]\n\trecurse = true\n[init]\n\ttemplateDir = ${here}\n[filter "evil"]\n\tsmudge = "touch ${ran}-filter; cat"\n\trequired = true\n`,
    );
    const { gitea, pollWithin, root, poll } = await bridge();
    gitea.propose(of("https://git.test/team/traps.git"));
    gitea.propose(of("https://git.test/team/traps.git", "main"));
    writeFileSync(join(here, ".gitconfig"), readFileSync(config));
    const ended = await pollWithin({}, { HOME: here });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(here).filter((name) => name.startsWith("ran"))).toEqual([]);
    for (const id of [FIRST, SECOND]) {
      const worktree = join(root, id, "worktree");
      expect(wrongWith(root, id)).toEqual([]);
      expect(readFileSync(join(worktree, "text"), "utf8")).toBe("plain\n");
      expect(readdirSync(join(worktree, "s"))).toEqual([]);
      expect(existsSync(join(worktree, ".git/hooks"))).toBe(false);
      expect(readdirSync(join(worktree, ".git/info"))).toEqual([]);
      const status = await $`git -C ${worktree} status --short --branch`.text();
      expect(status).toBe("## main...origin/main\n");
    }
    expect((await poll()).stdout).toBe("");
  });

  test("without a commit gives an empty worktree", async () => {
    await $`git init --quiet --bare ${join(repositories, "team/empty.git")}`;
    const { gitea, poll, root } = await bridge();
    gitea.propose(of("https://git.test/team/empty.git"));
    expect(await poll()).toEqual({ code: 0, stdout: `#1 made ${FIRST}\n`, stderr: "" });
    expect(readdirSync(join(root, FIRST, "worktree"))).toEqual([".git"]);
  });
});

const lack = lacking("openssl");

test.skipIf(lack !== "")(`a redirect of a git server is not followed${lack}`, async () => {
  const [key, cert] = [join(here, "key.pem"), join(here, "cert.pem")];
  const flags = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split(" ");
  const name = ["-addext", "subjectAltName=DNS:localhost"];
  await run(["openssl", ...flags, ...name, "-keyout", key, "-out", cert]);
  const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  const asked = { first: 0, second: 0 };
  const serve = (answer: () => Response) =>
    Bun.serve({ hostname: "127.0.0.1", port: 0, tls, development: false, fetch: answer });
  const second = serve(() => {
    asked.second++;
    return new Response("inside", { status: 404 });
  });
  const first = serve(() => {
    asked.first++;
    const Location = `https://localhost:${second.port}/team/app.git/info/refs?service=git-upload-pack`;
    return new Response(null, { status: 302, headers: { Location } });
  });
  try {
    const { gitea, pollWithin } = await bridge();
    gitea.propose(of(`https://localhost:${first.port}/team/app.git`));
    const ended = await pollWithin({}, { GIT_SSL_CAINFO: cert });
    expect(ended.stdout).toStartWith("#1 waiting: Cannot clone ");
    expect(asked).toEqual({ first: 1, second: 0 });
  } finally {
    await Promise.all([first.stop(true), second.stop(true)]);
  }
});
