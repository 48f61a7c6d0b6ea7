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
import { wantedByBody, wantedByIssue } from "../lib/edges/gitea/offline.ts";
import { acceptOne } from "../lib/edges/gitea/show.ts";
import { openRoot } from "../lib/edges/host/directory.ts";

export const acceptProposals: Tool = {
  name: "accept-proposals",
  summary: "Make the cells of proposed and accepted missions",
  args: {
    file: { type: "string", valueHint: "json", description: "Take the issue in this file" },
    body: { type: "string", valueHint: "md", description: "Take this text of an issue" },
    user: { type: "string", valueHint: "name", description: "Give a new cell to this user" },
    group: { type: "string", valueHint: "name", description: "Let this group observe it" },
    "dry-run": { type: "boolean", description: "Say what would be done, do nothing" },
    json: { type: "boolean", description: "Print the outcome as JSON" },
    ...settingFlags("root"),
  },
  notes: `
Exit codes:
  0   done, now or before    64  wrong use
  65  the proposal is wrong, or its mission id is another cell's
  66  no such root or file   69  git is missing, or the clone failed
  73  cannot create          77  no permission      78  wrong configuration

Examples:
  $ accept-proposals --body body.md --dry-run
  $ accept-proposals --file issue.json`,

  run({ flags }) {
    const [file, body] = [textFlag(flags, "file"), textFlag(flags, "body")];
    if ((file === undefined) === (body === undefined))
      throw refusal("this call: give one of --file and --body");
    const root = openRoot(loadSettings(flags).root);
    const wanted = file === undefined ? wantedByBody(body ?? "") : wantedByIssue(file);
    const owner = { user: textFlag(flags, "user"), group: textFlag(flags, "group") };
    const making = { owner, now: new Date(), dryRun: flags["dry-run"] === true };
    return acceptOne(root, wanted, making, flags["json"] === true);
  },
};

if (import.meta.main) await runTool(acceptProposals);
