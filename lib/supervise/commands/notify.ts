/**
 * `lazarus-pit notify`: shows what waits for each receiver, tests the receivers, and writes a
 * message in the form that a receiver takes.
 *
 * @module
 */
import { type Flags, textFlag } from "../../cli/flag-values.ts";
import { commandFlags } from "../../cli/place-flags.ts";
import { settingFlags } from "../../cli/setting-flags.ts";
import { loadSettings } from "../../cli/settings.ts";
import { defineTool } from "../../cli/tool.ts";
import { cannotUse, usageError } from "../../cli/usage-error.ts";
import { FORMAT_NAMES } from "../notify/rules/formats.ts";
import { printFormatted } from "./format-message.ts";
import { showRoutes, testRoutes } from "./notify-routes.ts";

type NotifyFlag = "test" | "route" | "format" | "to" | "json";

/** The tool; `now` is the clock of the host. */
export const notifyTool = (now: () => Date) =>
  defineTool({
    name: "lazarus-pit notify",
    summary: "Show which notifications wait, or test their receivers",
    args: {
      test: { type: "boolean", description: "Send a test to each receiver, and wait for it" },
      route: { type: "string", valueHint: "name", description: "With --test: to this one only" },
      format: {
        type: "string",
        valueHint: "name",
        description: "Write the message on stdin as this: see below",
      },
      to: { type: "string", valueHint: "who", description: "Address for mail, topic for ntfy" },
      json: { type: "boolean", description: "Print JSON" },
      ...settingFlags("root", "state_dir", "notify", "public_url"),
    },
    notes: `
Without --test and --format: each route, how many messages wait for its
receiver, since when, and the last one that it took.

Formats, for a notify program that gets a message on its stdin:
  text          the subject, and a line for each event
  slack         the body for an incoming webhook of Slack or Mattermost
  ntfy          the body for an ntfy server
  mail          a mail with its header, for sendmail -t
  alertmanager  the body for /api/v2/alerts

--test runs the programs with your rights, not with those of the daemon: as root
type runuser -u lazarus-pit -- lazarus-pit notify --test

Exit codes:
  0   done, or every receiver took the test
  64  usage error           65  stdin is not a message
  69  a receiver failed     74  not read or not written
  78  wrong configuration, or none of the routes asked for

Examples:
  $ lazarus-pit notify
  $ lazarus-pit notify --test --route pager
  $ lazarus-pit notify --format mail --to ops@example.org | sendmail -t -i`,

    run({ flags }) {
      checkFlags(flags);
      const format = textFlag(flags, "format");
      if (format !== undefined) return printFormatted(readFormat(format), textFlag(flags, "to"));
      const settings = loadSettings(flags);
      if (flags["test"] === true) return testRoutes(settings, textFlag(flags, "route"), now());
      const isJson = flags["json"] === true;
      return showRoutes(settings, { isJson, flags: commandFlags(flags) });
    },
  });

function checkFlags(flags: Flags<NotifyFlag>): void {
  const has = (name: NotifyFlag) => flags[name] !== undefined && flags[name] !== false;
  if (has("route") && !has("test")) throw cannotUse("--route without --test");
  if (has("to") && !has("format")) throw cannotUse("--to without --format");
  if (has("test") && has("format")) throw cannotUse("--test together with --format");
  if (has("json") && (has("test") || has("format")))
    throw cannotUse(`--json together with --${has("test") ? "test" : "format"}`);
}

function readFormat(name: string): (typeof FORMAT_NAMES)[number] {
  const format = FORMAT_NAMES.find((each) => each === name);
  if (format !== undefined) return format;
  throw usageError(`Cannot use "${name}" as a format`, `they are: ${FORMAT_NAMES.join(", ")}`);
}
