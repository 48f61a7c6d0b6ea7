#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * accept-proposals: create the cells of proposed and accepted missions.
 *
 * @module
 */
import { textFlag } from "../lib/cli/flag-values.ts";
import { usageError } from "../lib/cli/usage-error.ts";
import { settingFlags } from "../lib/cli/setting-flags.ts";
import { loadSettings } from "../lib/cli/settings.ts";
import { runTool, defineTool } from "../lib/cli/tool.ts";
import { openBridge } from "../lib/proposals/bridge/bridge.ts";
import { requestFromBody, requestFromIssue } from "../lib/proposals/bridge/proposal-files.ts";
import { runPass } from "../lib/proposals/bridge/pass.ts";
import { acceptOne, printPassReport } from "../lib/proposals/bridge/proposals-screen.ts";
import { setUp } from "../lib/proposals/bridge/set-up.ts";
import { openRoot } from "../lib/host/files/directory.ts";
import { printError } from "../lib/host/stdio/stdio.ts";
import { printable } from "../lib/base/printable.ts";

export const acceptProposals = defineTool({
  name: "accept-proposals",
  summary: "Create the cells of accepted mission proposals",
  args: {
    file: {
      type: "string",
      valueHint: "json",
      description: "File with one issue, as the API returns it",
    },
    body: { type: "string", valueHint: "md", description: "File with the text of one issue" },
    setup: { type: "boolean", description: "Create the repository's labels and form" },
    poll: { type: "boolean", description: "Process all accepted issues, once" },
    user: { type: "string", valueHint: "name", description: "Give a new cell to this user" },
    group: { type: "string", valueHint: "name", description: "Group that may read the cell" },
    "dry-run": { type: "boolean", description: "Show what would be done" },
    json: { type: "boolean", description: "Print the outcome as JSON" },
    insecure: { type: "boolean", description: "Allow sending the token over http" },
    ...settingFlags("root", "gitea_url", "gitea_repository", "gitea_token_file", "gitea_allow"),
    ...settingFlags("gitea_ignore_accounts", "state_dir"),
  },
  notes: `
--poll creates a cell for each open issue with the label mission/accepted, adds
a comment and moves the label to mission/active. Once a mission has ended, its
issue gets a comment and mission/ended. An invalid proposal gets a comment and
loses the label. --setup creates these labels and the form where they are
missing. Calls can be repeated, and run concurrently.

Exit codes:
  0   done                    64  usage error
  65  the proposal is invalid, or its mission id is taken
  66  no such root, file or repository
  69  git or the tracker failed, or the repository lacks a label
  73  cannot create           74  not written, or the records are missing
  75  another pass is running, or too many requests
  77  no permission           78  wrong configuration

Examples:
  $ accept-proposals --body body.md --dry-run
  $ accept-proposals --file issue.json
  $ accept-proposals --setup
  $ accept-proposals --poll`,

  async run({ flags }) {
    const [file, body] = [textFlag(flags, "file"), textFlag(flags, "body")];
    const poll = flags["poll"] === true;
    const isSetup = flags["setup"] === true;
    if ([file !== undefined, body !== undefined, poll, isSetup].filter(Boolean).length !== 1)
      throw usageError("Missing flag: give exactly one of --file, --body, --poll and --setup");
    const settings = loadSettings(flags);
    const isInsecure = flags["insecure"] === true;
    const isDryRun = flags["dry-run"] === true;
    if (isSetup) return setUp(settings, { isInsecure, isDryRun, json: flags["json"] === true });
    const root = openRoot(settings.root);
    const json = flags["json"] === true;
    const owner = { user: textFlag(flags, "user"), group: textFlag(flags, "group") };
    const creation = { owner, now: new Date(), dryRun: isDryRun };
    if (poll) {
      const bridge = openBridge(settings, root, creation, {
        isInsecure,
        // With --json, stderr holds the error as JSON and nothing else.
        reportNew: (text) => {
          if (!json) printError(printable(`accept-proposals: ${text}`) + "\n");
        },
      });
      return printPassReport(root, await runPass(bridge), json);
    }
    const request = file === undefined ? requestFromBody(body ?? "") : requestFromIssue(file);
    return acceptOne(root, request, creation, json);
  },
});

if (import.meta.main) await runTool(acceptProposals);
