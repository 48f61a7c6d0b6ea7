/**
 * `lazarus-pit jobs`: shows the cron jobs, pauses them, and retires those that no longer run.
 *
 * @module
 */
import { EXIT } from "../../base/errors.ts";
import { textFlag } from "../../cli/flag-values.ts";
import { settingFlags } from "../../cli/setting-flags.ts";
import { loadSettings } from "../../cli/settings.ts";
import { defineTool } from "../../cli/tool.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { type JobsOptions, showJobs } from "../../scan/jobs-screen.ts";
import { changeJob } from "./change-job.ts";
import { readJobOrder } from "./job-order.ts";

export const jobsTool = defineTool({
  name: "lazarus-pit jobs",
  summary: "Show the cron jobs, pause a job, or retire one",
  args: {
    verb: { type: "positional", required: false, description: "Step from the list below" },
    job: { type: "positional", required: false, description: "The job's name" },
    until: { type: "string", valueHint: "time", description: "End of a pause: 5h, or a date" },
    json: { type: "boolean", description: "Print the jobs as JSON" },
    ...settingFlags("heartbeat_dir"),
  },
  notes: `
Steps:
  list              show every job and its health, as scan --jobs does (default)
  pause <job>       report no alarm for it: --until 5h. It ends by itself, and
                    the job is due again from then on
  resume <job>      end its pause now
  retire <job>      forget a job that was renamed or removed: keep its record as
                    <job>.retired, and delete its captured output. A report
                    makes it a job again

Exit codes:
  0   done
  64  usage error           65  the configuration still declares the job
  66  no such job           74  not written
  77  no permission         78  wrong configuration

Examples:
  $ lazarus-pit jobs
  $ lazarus-pit jobs pause backup --until 2026-01-31T12:00:00Z
  $ lazarus-pit jobs retire old-name`,

  run({ flags, positionals: words }) {
    const now = new Date();
    const order = readJobOrder(words, textFlag(flags, "until"), flags["json"] === true, now);
    const settings = loadSettings(flags);
    if (order.verb === "list") return showJobs(settings, listOptions(flags["json"] === true), now);
    printText(`${changeJob(order, settings, now)}\n`);
    return EXIT.ok;
  },
});

const listOptions = (isJson: boolean): JobsOptions => ({
  format: isJson ? "json" : "table",
  output: undefined,
  minJobs: 0,
});
