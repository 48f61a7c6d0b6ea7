/**
 * What is known about a cell, as names and values.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import type { ReportCell } from "../../contract/report.ts";
import { isResting } from "../../verdict/display-status.ts";
import { beatAge, labelChips } from "./columns.ts";
import { element, untrusted } from "./elements.ts";
import type { Entry } from "./rules/entry.ts";
import { showMoment, untrustedText } from "./zone.ts";

const UNKNOWN = "not known";
/** More than the 32 labels of a cell that a report contains: all of them are shown. */
const MAX_LABELS = 100;

type Facts = Readonly<Record<string, Node | string>>;

/** The facts of the mission, its work, its beats, and what the witnesses reported. */
export function factList(entry: Entry): Node {
  const facts = { ...missionFacts(entry), ...workFacts(entry.cell), ...beatFacts(entry.cell) };
  const lines = Object.entries({ ...facts, ...evidenceFacts(entry.cell.evidence) });
  const parts = lines.flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, value),
  ]);
  return element("dl", {}, ...parts);
}

function missionFacts({ cell, labels }: Entry): Facts {
  const { owner, source, mission_status } = cell;
  return {
    Mission: mission_status ?? UNKNOWN,
    Attention: cell.attention,
    Owner: owner === null ? "none" : untrusted(owner),
    ...(source === null ? {} : { Source: sourceLink(source) }),
    Labels: labels.length === 0 ? "none" : labelChips(labels, MAX_LABELS),
  };
}

/** A link to where the mission comes from; only text if it is not a plain web address. */
function sourceLink(source: string): Node {
  if (!/^https?:\/\//i.test(source)) return untrusted(source);
  const attributes = { href: source, rel: "noopener noreferrer", target: "_blank" };
  return element("a", attributes, untrusted(source));
}

/** What the agent reports about its work; only the fields that it reports. */
function workFacts({ state, message, progress, activity }: ReportCell): Facts {
  return {
    State: state === null ? UNKNOWN : untrusted(state),
    ...(message === null ? {} : { Message: untrustedText(message) }),
    ...(progress === null ? {} : { Progress: progressText(progress) }),
    ...(activity === null ? {} : { Activity: activityText(activity) }),
  };
}

function progressText({ done, total, note }: NonNullable<ReportCell["progress"]>): Node {
  const counted = total === null ? `${done}` : `${done} of ${total}`;
  return untrustedText(note === null ? counted : `${counted}: ${note}`);
}

const activityText = ({ what, expect_seconds }: NonNullable<ReportCell["activity"]>): Node =>
  untrusted(`${what}, may take ${describeDuration(expect_seconds)}`);

function beatFacts(cell: ReportCell): Facts {
  const { last_heartbeat, expected_since } = cell;
  return {
    "Last beat": last_heartbeat === null ? UNKNOWN : showMoment(last_heartbeat),
    Age: beatAge(cell, UNKNOWN),
    Limit: limitText(cell),
    ...(expected_since === null ? {} : { "Expected since": showMoment(expected_since) }),
  };
}

/** What the witnesses reported about the agent. */
function evidenceFacts({ process, exit, host }: ReportCell["evidence"]): Facts {
  const how = exit?.signal == null ? `code ${exit?.code ?? UNKNOWN}` : exit.signal;
  const ended = exit === null ? "" : `${how}, at ${showMoment(exit.at)}`;
  return {
    "Process of the beat": process ?? "none: the beat vouches for no process",
    ...(exit === null ? {} : { "Ended with": untrusted(ended) }),
    "Host of the beat": host === null ? UNKNOWN : untrusted(host),
  };
}

function limitText(cell: ReportCell): string {
  if (cell.limit_seconds !== null) return describeDuration(cell.limit_seconds);
  return isResting(cell) ? "none: no beat is expected" : UNKNOWN;
}
