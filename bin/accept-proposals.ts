#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * accept-proposals: make the cells of the missions that were proposed and accepted.
 *
 * @module
 */
import { refusal, textFlag } from "../lib/edges/command/flags.ts";
import { settingFlags } from "../lib/edges/command/setting-flags.ts";
import { loadSettings } from "../lib/edges/command/settings.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";
import { bridgeOf } from "../lib/edges/gitea/bridge.ts";
import { wantedByBody, wantedByIssue } from "../lib/edges/gitea/offline.ts";
import { makePass } from "../lib/edges/gitea/pass.ts";
import { acceptOne, printPass } from "../lib/edges/gitea/show.ts";
import { openRoot } from "../lib/edges/host/directory.ts";

export const acceptProposals: Tool = {
  name: "accept-proposals",
  summary: "Make the cells of proposed and accepted missions",
  args: {
    file: { type: "string", valueHint: "json", description: "Take the issue in this file" },
    body: { type: "string", valueHint: "md", description: "Take this text of an issue" },
    poll: { type: "boolean", description: "Look for accepted issues, once" },
    user: { type: "string", valueHint: "name", description: "Give a new cell to this user" },
    group: { type: "string", valueHint: "name", description: "Let this group observe it" },
    "dry-run": { type: "boolean", description: "Say what would be done, do nothing" },
    json: { type: "boolean", description: "Print the outcome as JSON" },
    insecure: { type: "boolean", description: "Send the token over plain http" },
    ...settingFlags("root", "gitea_url", "gitea_repository", "gitea_token_file", "gitea_allow"),
    ...settingFlags("state_dir"),
  },
  notes: `
--poll makes a cell for each open issue with the label mission/accepted, says
so in a comment and moves the label to mission/active; once a mission is over,
its issue hears of it and gets mission/ended. A proposal that is wrong gets a
comment and loses the label. All of it can be run again, and beside itself.

Exit codes:
  0   done, now or before     64  wrong use
  65  the proposal is wrong, or its mission id is another cell's
  66  no such root, file or repository
  69  git or the tracker failed
  73  cannot create           75  another pass is at work, or asked too often
  77  no permission           78  wrong configuration

Examples:
  $ accept-proposals --body body.md --dry-run
  $ accept-proposals --file issue.json
  $ accept-proposals --poll`,

  async run({ flags }) {
    const [file, body] = [textFlag(flags, "file"), textFlag(flags, "body")];
    const poll = flags["poll"] === true;
    if ([file !== undefined, body !== undefined, poll].filter(Boolean).length !== 1)
      throw refusal("this call: give one of --file, --body and --poll");
    const settings = loadSettings(flags);
    const root = openRoot(settings.root);
    const json = flags["json"] === true;
    const owner = { user: textFlag(flags, "user"), group: textFlag(flags, "group") };
    const making = { owner, now: new Date(), dryRun: flags["dry-run"] === true };
    if (poll) {
      const bridge = bridgeOf(settings, root, making, flags["insecure"] === true);
      return printPass(root, await makePass(bridge), json);
    }
    const wanted = file === undefined ? wantedByBody(body ?? "") : wantedByIssue(file);
    return acceptOne(root, wanted, making, json);
  },
};

if (import.meta.main) await runTool(acceptProposals);
