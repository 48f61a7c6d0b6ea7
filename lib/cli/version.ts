/**
 * `--version`, and with `--json` also how the program was built, and by which calls it reads cells.
 *
 * @module
 */
import { version } from "../../package.json";
import { printableJson } from "../base/printable.ts";
import { explainPlan } from "../host/syscalls/plan.ts";

/** The commit that the executable was built from; lib/dev/build.ts defines it. */
declare const LAZARUS_PIT_COMMIT: string;

const commit = typeof LAZARUS_PIT_COMMIT === "undefined" ? "unknown" : LAZARUS_PIT_COMMIT;

/** The text of `--version`: a line, or a JSON document. */
export function versionText(isJson: boolean): string {
  if (!isJson) return `${version}\n`;
  const { plan: syscalls, why: syscalls_why } = explainPlan();
  const { arch, platform, versions } = process;
  const built = { version, commit, bun: versions.bun, target: `${platform}-${arch}`, arch };
  return `${printableJson({ ...built, syscalls, syscalls_why }, 2)}\n`;
}
