/**
 * `supervise --plan`: what would be done for each dead mission, and why it is not done now.
 *
 * @module
 */
import { printable, printableJson } from "../../rules/printable.ts";
import { EXIT } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/settings.ts";
import { printText } from "../host/stdout.ts";
import { type Planned, planRound } from "./plan.ts";
import { storeOf } from "../host/state-folder.ts";
import { openTracks } from "./tracks.ts";
import { startWatch } from "./watch.ts";

/**
 * Looks once, prints the plan and does nothing; gives the exit code.
 *
 * @throws {OperatorError} when the root, or what was done before, cannot be read.
 */
export function showPlan(settings: Settings, isJson: boolean, now: Date): number {
  const { report, seen } = startWatch().look(settings, now);
  const nowMs = performance.now();
  const store = storeOf(settings);
  const plan = planRound(
    {
      store,
      settings,
      report,
      now,
      nowMs,
      suspectSeconds: report.observer_suspect ? 0 : undefined,
      tracks: openTracks(store),
      running: new Set(),
    },
    seen.values(),
  );
  printText(isJson ? `${printableJson(plan.map(entryOf), 2)}\n` : planText(plan, settings));
  return EXIT.ok;
}

const entryOf = ({ seen, command, attempt, gates }: Planned) => ({
  mission_id: seen.cell.mission_id,
  problems: seen.cell.problems,
  command,
  attempt,
  gates,
});

function planText(plan: readonly Planned[], { revive }: Settings): string {
  if (revive.length === 0) return "nothing is done: no revive policy is configured\n";
  if (plan.length === 0) return "nothing to do: no policy matches a dead mission\n";
  return plan.map(lineText).join("\n");
}

function lineText({ seen: { cell }, command, attempt, gates }: Planned): string {
  const why = cell.problems.map(({ text }) => text).join("; ");
  const lines = [
    `${cell.mission_id}  ${why}`,
    `  attempt ${attempt}: ${command.join(" ")}`,
    ...gates.map(({ gate, text }) => `  not now (${gate}): ${text}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}
