/**
 * What a person does next about a cell: for scan, the page and notifications.
 *
 * @module
 */
import { shellWord } from "../base/shell-word.ts";
import type { ProblemCode, ReportCell } from "../contract/report.ts";
import { isFinal, type ReportedWork } from "./final.ts";
import type { Row } from "./rows.ts";

type Explained = Pick<ReportCell, "mission_id" | "attention" | "mission_status"> &
  ReportedWork & {
    readonly problems: readonly { readonly code: ProblemCode }[];
  };

/** Where a command of a step is typed. */
export interface CommandPlace {
  /** The root that it has to name; the default root and undefined need no flag. */
  readonly root?: string | undefined;
  /** What precedes its name, such as `lazarus-pit `. */
  readonly prefix?: string | undefined;
}

const DEFAULT_ROOT = "/var/missions";

const RESTART = "restart the agent, or let supervise do it; if its work is done, type";
/** For an agent that said that it was done. */
const COMPLETE = "if its work is done, type {mission ID complete}; else restart the agent";
const REPAIR = "{init-cell ID --repair}";

/** For a directory without any file, which may be where a file system of its own belongs. */
const EMPTY = `mount what belongs there; else type ${REPAIR}, or remove the directory`;

/** The step for each problem. `ID` stands for the mission id, braces are around commands. */
const STEPS: Readonly<Record<ProblemCode, string>> = {
  absent: `type ${REPAIR} to add what is missing`,
  "wrong-type": `see what it is, move it away, then type ${REPAIR}`,
  unreadable: "let this account read it: see the owners and modes with ls -l",
  malformed: `fix the file by hand, or move it away and type ${REPAIR}`,
  "too-large": `see what wrote it, move it away, then type ${REPAIR}`,
  "id-mismatch": "find out which mission it belongs to, and write its id into the file",
  "pointer-escapes": "correct the pointer in config/cell.json: it must lead into the cell",
  vanished: "scan again: it was removed while it was read",
  crashed: `read the agent's output, then ${RESTART} {mission ID complete}`,
  exited: `${RESTART} {mission ID complete}`,
  "process-gone": `${RESTART} {mission ID complete}`,
  "heartbeat-old":
    "see whether the agent still works; if not, restart it, or type {mission ID pause}",
  "never-beat": "start the agent with {heartbeat run ID -- COMMAND}, or type {mission ID pause}",
  "heartbeat-ahead": "correct the clock of the agent's host",
  stuck: "read the agent's message, and give it what it waits for",
  "two-writers": "stop one of the two agents that beat in this cell",
  "clone-lost": "clone the repository again, or accept the loss: {mission ID acknowledge}",
};

/** A part of a step: words, or a command to type. */
export interface StepPart {
  readonly text: string;
  readonly isCommand: boolean;
}

/**
 * The next step for a cell that `row` decided, without a capital and a period; undefined if nothing
 * is to be done.
 */
export const nextStep = (cell: Explained, row: Row, place?: CommandPlace): string | undefined =>
  nextStepParts(cell, row, place)
    ?.map(({ text }) => text)
    .join("");

/** The same, in parts. */
export function nextStepParts(
  cell: Explained,
  row: Row,
  place: CommandPlace = {},
): readonly StepPart[] | undefined {
  if (cell.attention === "none" || cell.attention === "note") return undefined;
  const step = row === "uninitialized" ? EMPTY : stepOf(cell);
  return step?.split(/\{([^}]*)\}/).map((text, at) => {
    const isCommand = at % 2 === 1;
    return {
      text: isCommand ? commandText(text.replace("ID", cell.mission_id), place) : text,
      isCommand,
    };
  });
}

/** The step for the first problem; a failed mission has none. */
function stepOf({ problems, mission_status, ...work }: Explained): string | undefined {
  const [first] = problems;
  if (first?.code === "exited" && isFinal(work)) return COMPLETE;
  if (first !== undefined) return STEPS[first.code];
  return mission_status === "failed"
    ? "find out why, then type {mission ID acknowledge}"
    : undefined;
}

/** `command` with the root that it has to name, before the command line that it may run. */
function commandText(command: string, { root, prefix = "" }: CommandPlace): string {
  const flag = root === undefined || root === DEFAULT_ROOT ? "" : ` --root ${shellWord(root)}`;
  const [own = "", ...others] = command.split(" -- ");
  return `${prefix}${[own + flag, ...others].join(" -- ")}`;
}
