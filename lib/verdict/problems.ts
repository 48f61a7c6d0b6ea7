/**
 * Violations of a cell's contract.
 *
 * @module
 */
import {
  type WithPath,
  type CellFacts,
  type Flaw,
  isFlawed,
  type Presence,
  type Reading,
  valueOf,
} from "../contract/facts.ts";
import { canonicalId } from "../base/id.ts";
import type { Problem } from "../contract/report.ts";
import { quoted } from "../base/printable.ts";

/** Every violation of the contract; an old heartbeat is not one. */
export function contractProblems(facts: CellFacts): Problem[] {
  if (facts.self.outcome === "absent")
    return [problem("vanished", ".", "the cell vanished during the scan")];
  if (facts.self.outcome !== "found") return [flawProblem({ ...facts.self, path: "." })];
  const problems: Problem[] = [];
  for (const part of contractParts(facts)) if (isFlawed(part)) problems.push(flawProblem(part));
  for (const part of [facts.mission, facts.config, facts.heartbeat])
    if (hasOtherId(part, facts.id)) problems.push(idProblem(part));
  return problems;
}

/** The ten parts of the contract: directories, then files. */
export const contractParts = ({
  dirs,
  mission,
  config,
  heartbeat,
  log,
}: CellFacts): WithPath<Presence | Reading<unknown>>[] => [
  dirs.meta,
  dirs.config,
  dirs.state,
  dirs.logs,
  dirs.artifacts,
  dirs.worktree,
  mission,
  config,
  heartbeat,
  log,
];

/** Creates a problem; `text` is one sentence. */
export const problem = (code: Problem["code"], path: string, text: string): Problem => ({
  code,
  path,
  text,
});

/** Describes a flaw as the end of a sentence that starts with the part's name. */
export function describeFlaw(flaw: Flaw): string {
  switch (flaw.outcome) {
    case "absent":
      return "does not exist";
    case "unreadable":
      return `cannot be read: ${flaw.why}`;
    case "malformed":
      return `is malformed: ${flaw.why}`;
    default:
      return flaw.why;
  }
}

function flawProblem(part: WithPath<Flaw>): Problem {
  const name = part.path === "." ? "the cell" : part.path;
  return problem(part.outcome, part.path, `${name} ${describeFlaw(part)}`);
}

/** The problem of a worktree that lost its clone, even if all parts of the cell exist. */
export const lossProblems = ({ lostClone, dirs }: CellFacts): Problem[] =>
  lostClone === undefined
    ? []
    : [
        problem(
          "clone-lost",
          dirs.worktree.path,
          `${dirs.worktree.path} no longer contains the clone of ${quoted(lostClone)}`,
        ),
      ];

type IdReading = WithPath<Reading<{ mission_id?: string | undefined }>>;

/** True for a file that names another mission than `id`. */
export function hasOtherId(part: IdReading, id: string): boolean {
  const named = valueOf(part)?.mission_id;
  return named !== undefined && named !== id && canonicalId(named) !== id;
}

const idProblem = (part: IdReading): Problem =>
  problem(
    "id-mismatch",
    part.path,
    `${part.path} names another mission: ${quoted(valueOf(part)?.mission_id ?? "")}`,
  );
