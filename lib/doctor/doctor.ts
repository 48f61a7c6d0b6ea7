/**
 * `lazarus-pit doctor`: checks a host, and says what to do. It changes nothing.
 *
 * @module
 */
import { printable, printableIndented } from "../base/printable.ts";
import { alignColumns } from "../cli/columns.ts";
import type { FlagValues } from "../cli/flag-values.ts";
import { settingFlags } from "../cli/setting-flags.ts";
import { defineTool } from "../cli/tool.ts";
import { SETTING_NAMES } from "../contract/setting-rows.ts";
import { printText } from "../host/stdio/stdio.ts";
import { explainPlan } from "../host/syscalls/plan.ts";
import { checkDaemon } from "./check-daemon.ts";
import { checkRoot, checkSpace, checkStore } from "./check-places.ts";
import { checkPrograms } from "./check-programs.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkSettings } from "./check-settings.ts";
import { type Diagnosis, DIAGNOSIS_LEVELS, passed, warned, worstLevel } from "./rules/diagnosis.ts";

const JSON_LEVELS = 4;

export const doctorTool = defineTool({
  name: "lazarus-pit doctor",
  summary: "Check this host, and say what to do",
  args: {
    json: { type: "boolean", description: "Print JSON" },
    ...settingFlags(...SETTING_NAMES),
  },
  notes: `
It checks the configuration, the root, the state of supervise, the daemon and
its unit, the clock, free space, how cells are read, the programs that the
configuration names, and whether others can read secrets. It changes nothing.

It checks with your rights. For those of the daemon, type as root:
runuser -u lazarus-pit -- lazarus-pit doctor

Exit codes:
  0   all is well           64  usage error
  1   warnings              74  not written
  2   problems

Examples:
  $ lazarus-pit doctor
  $ lazarus-pit doctor --root /srv/missions --json`,

  async run({ flags }) {
    const all = await diagnoseHost(flags, new Date());
    const worst = worstLevel(all);
    const json = { schema_version: 1, worst, checks: all };
    printText(
      flags["json"] === true ? `${printableIndented(json, JSON_LEVELS)}\n` : doctorScreen(all),
    );
    return DIAGNOSIS_LEVELS.indexOf(worst);
  },
});

/** All checks, in the order in which a person repairs what they find. */
async function diagnoseHost(flags: FlagValues, now: Date): Promise<Diagnosis[]> {
  const { settings, diagnosis, sameFlags } = checkSettings(flags);
  return [
    diagnosis,
    checkRoot(settings),
    checkStore(settings, sameFlags),
    ...(await checkDaemon(settings, sameFlags, now)),
    ...checkSpace(settings),
    checkSyscalls(),
    ...checkPrograms(settings, sameFlags, now),
    ...checkSecrets(settings, sameFlags),
  ];
}

function checkSyscalls(): Diagnosis {
  const { plan, why } = explainPlan();
  if (plan === "openat2") return passed("syscalls", `${plan}: ${why}`);
  return warned(
    "syscalls",
    `${plan}: ${why}, so that scans take more CPU`,
    "allow openat2 (Linux 5.6, seccomp) and native calls (MemoryDenyWriteExecute=no): lazarus-pit docs operations",
  );
}

/** A line for each check, and below it what to do next. */
function doctorScreen(all: readonly Diagnosis[]): string {
  const lines = alignColumns(all.map(({ level, check, text }) => [level, check, printable(text)]));
  const rows = all.flatMap(({ next }, at) => [
    lines[at] ?? "",
    ...(next === undefined ? [] : [`         next: ${printable(next)}`]),
  ]);
  return [...rows, countText(all), ""].join("\n");
}

function countText(all: readonly Diagnosis[]): string {
  const count = (level: string) => all.filter((each) => each.level === level).length;
  const [warnings, problems] = [count("warning"), count("problem")];
  return warnings + problems === 0 ? "all is well" : `problems: ${problems}, warnings: ${warnings}`;
}
