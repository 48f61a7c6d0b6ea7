/**
 * An explanation as text for people.
 *
 * @module
 */
import { printable } from "../base/printable.ts";
import type { Explanation } from "./explain.ts";
import { inSeconds } from "./witness-texts.ts";

/** Formats an explanation. Each line is printable, so that no text from a cell adds another one. */
export function explanationText(explanation: Explanation): string {
  const { mission_id, status, attention, row, because, witness, problems } = explanation;
  const { note, next_step } = explanation;
  const lines = [
    `mission   ${mission_id}`,
    `status    ${status}`,
    `attention ${attention}`,
    `decided   ${row}, by the ${witness}: ${because}`,
    ...problems.map(({ code, text }) => `problem   ${code}: ${text}`),
    ...(note === null ? [] : [`note      ${note}`]),
    ...(next_step === null ? [] : [`next      ${next_step}`]),
    "",
    "witnesses",
    ...Object.entries(explanation.witnesses).map(([name, text]) => `  ${name.padEnd(16)}${text}`),
    "",
    "facts",
    ...factLines(explanation),
    "",
    "limits",
    ...limitLines(explanation),
  ];
  return lines.map(printable).join("\n");
}

function factLines({ facts, mission_status, beat, ...seconds }: Explanation): string[] {
  return [
    ...facts.map(({ path, outcome }) => `  ${outcome.padEnd(16)}${path}`),
    `  mission status  ${mission_status ?? "unknown"}`,
    `  last beat       ${beat === null ? "unknown" : `${beat.timestamp}, state ${beat.state}`}`,
    `  age             ${inSeconds(seconds.age_seconds)}`,
    `  age limit       ${inSeconds(seconds.limit_seconds)}`,
  ];
}

function limitLines({ row, limit_seconds, limit_from, policy }: Explanation): string[] {
  const isBroken = row === "incomplete" || row === "uninitialized";
  const why = isBroken ? "the cell is incomplete" : "no beat is expected";
  const limit = limit_seconds === null ? `  no age limit: ${why}` : `  limit from ${limit_from}`;
  return [limit, ...Object.entries(policy).map(([name, value]) => `  ${name} ${value}`)];
}
