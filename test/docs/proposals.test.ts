/**
 * What lib/docs/proposals.md and config/cron/ show of proposals works as shown: with its accounts,
 * directories and modes, its configuration, and its line for cron run as cron does.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { documentBlock } from "../tools/documents.ts";
import { Gitea, TOKEN } from "../tools/gitea.ts";
import { lacking } from "../tools/needs.ts";
import { OVER_HOST_NEEDS, runOverHost } from "../tools/over-host.ts";
import { scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";
import { repositoryIn } from "../tools/repository.ts";

const ROOT = join(import.meta.dir, "../..");
const LINE = documentBlock("cron", "accept-proposals").trim();
/** The id derived from repository 3 and issue 1: it must never change. */
const ID = "b90d40dd-558d-5fb9-841f-61572f483a9e";
const here = scratch();
// Another user reads what cron is to run.
chmodSync(here, 0o755);
await repositoryIn(here);

/** The commands that root types, without those that need a running systemd. */
const INSTALL = documentBlock("sh", "systemd-sysusers")
  .split("\n")
  .filter((line) => !/polkit|systemctl/.test(line))
  .join("\n");

/** Runs a line as cron does: as its user, by a shell, with almost no environment. */
function asCron(line: string): string {
  const [, user = "", command = ""] = /^(?:\S+\s+){5}(\S+)\s+(.*)$/.exec(line) ?? [];
  writeFileSync(join(here, `cron-${user}`), command);
  const as = user === "root" ? "" : `setpriv --reuid=${user} --regid=${user} --init-groups `;
  const script = join(here, `cron-${user}`);
  // In `/`, because this user may not be able to enter the clone.
  return `(cd / && ${as}env -i PATH=/usr/bin:/bin SHELL=/bin/sh sh ${script} 2>&1)`;
}

function setUpFor(gitea: Gitea): string {
  const config = JSON.parse(documentBlock("json", "gitea_token_file")) as object;
  writeFileSync(join(here, "config"), JSON.stringify({ ...config, gitea_url: gitea.url }));
  writeFileSync(join(here, "token"), TOKEN);
  return `{ ${INSTALL}
} >/dev/null 2>&1
(umask 077; cat ${here}/token >/etc/lazarus-pit/gitea-token)
cp ${here}/config /etc/lazarus-pit/lazarus_pit.json
cp ${here}/.gitconfig /root/.gitconfig
`;
}

const lack = lacking(...OVER_HOST_NEEDS, "systemd-sysusers", "systemd-tmpfiles", "setpriv", "git");

describe.skipIf(lack !== "")(`proposals, as the documents describe them${lack}`, () => {
  test("the line for cron makes a cell that its agent can work in and the daemon can read", async () => {
    const gitea = await Gitea.start();
    gitea.propose(bodyOf());
    const ended = await runOverHost(
      here,
      `${setUpFor(gitea)}
${asCron(LINE)}
cd /
stat -c '%U %G %a' /var/missions/${ID} /var/missions/${ID}/worktree/version.txt
stat -c '%U %a' /var/lib/lazarus-pit/proposals.key /etc/lazarus-pit/gitea-token
setpriv --reuid=mission-agent --regid=mission-agent --init-groups heartbeat ${ID} --state working
setpriv --reuid=lazarus-pit --regid=lazarus-pit --init-groups scan ${ID} | grep -o 'healthy .*working'
setpriv --reuid=mission-agent --regid=mission-agent --init-groups cat /etc/lazarus-pit/gitea-token 2>&1 || true
${asCron(LINE)}
`,
    );
    expect(ended.stderr).toBe("");
    const [first = "", cell, file, key, token, beaten, denied, ...rest] = ended.stdout
      .trim()
      .split("\n");
    expect(first).toStartWith("accept-proposals: created ");
    expect([cell, file]).toEqual([
      "mission-agent lazarus-pit 2750",
      expect.stringMatching(/^mission-agent lazarus-pit /),
    ]);
    expect([key, token]).toEqual(["lazarus-pit 600", "root 600"]);
    expect(beaten).toMatch(/^healthy .*working$/);
    expect(denied).toEndWith("Permission denied");
    expect(rest).toEqual([]);
    expect(gitea.said(1)).toHaveLength(1);
    expect(gitea.labelsOf(1)).toEqual(["mission/active"]);
  });

  test("a user without rights in the root gets an error, and the issue no comment", async () => {
    const gitea = await Gitea.start();
    gitea.propose(bodyOf({ repository: undefined, ref: undefined }));
    const line = LINE.replace(" root ", " lazarus-pit ").replace(
      / --user .* --group lazarus-pit/,
      "",
    );
    const ended = await runOverHost(
      here,
      `${setUpFor(gitea)}
chown lazarus-pit /etc/lazarus-pit/gitea-token
${asCron(line)} || echo "ended with $?"
ls /var/missions
`,
    );
    expect(ended.stdout).toContain(
      `Cannot create the cell ${ID} under "/var/missions": permission denied`,
    );
    expect(ended.stdout).toEndWith("ended with 77\n");
    expect(gitea.said(1)).toEqual([]);
  });
});

test("config/cron/ shows the same line", () => {
  const lines = readFileSync(join(ROOT, "config/cron/lazarus-pit"), "utf8").split("\n");
  expect(lines).toContain(`# ${LINE}`);
});
