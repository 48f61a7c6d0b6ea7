/**
 * What breaks a cell's contract, in words.
 *
 * @module
 */
import {
  type At,
  type CellFacts,
  type Flaw,
  isFlawed,
  type Look,
  type Reading,
  valueOf,
} from "../schemas/facts.ts";
import { canonicalId } from "../schemas/id.ts";
import type { Problem } from "../schemas/report.ts";
import { quoted } from "./printable.ts";

/** Everything that breaks the contract, leaving aside how fresh the heartbeat is. */
export function contractProblems(facts: CellFacts): Problem[] {
  if (facts.self.outcome === "absent")
    return [problem("vanished", ".", "the cell vanished during the scan")];
  if (facts.self.outcome !== "found") return [flawProblem({ ...facts.self, path: "." })];
  const problems = flawsOf(facts).map(flawProblem);
  for (const part of [facts.mission, facts.config, facts.heartbeat])
    if (namesAnother(part, facts.id)) problems.push(idProblem(part));
  return problems;
}

/** The ten parts of the contract: directories, then files. */
export const partsOf = ({
  dirs,
  mission,
  config,
  heartbeat,
  log,
}: CellFacts): At<Look | Reading<unknown>>[] => [
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

/** Those of the ten parts that are not what the contract asks. */
const flawsOf = (facts: CellFacts): At<Flaw>[] => partsOf(facts).filter(isFlawed);

/** A problem; `text` is one sentence. */
export const problem = (code: Problem["code"], path: string, text: string): Problem => ({
  code,
  path,
  text,
});

/** A flaw as the end of a sentence that starts with the part's name. */
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

function flawProblem(part: At<Flaw>): Problem {
  const name = part.path === "." ? "the cell" : part.path;
  return problem(part.outcome, part.path, `${name} ${describeFlaw(part)}`);
}

type Named = At<Reading<{ mission_id?: string | undefined }>>;

function namesAnother(part: Named, id: string): boolean {
  const named = valueOf(part)?.mission_id;
  return named !== undefined && named !== id && canonicalId(named) !== id;
}

const idProblem = (part: Named): Problem =>
  problem(
    "id-mismatch",
    part.path,
    `${part.path} names another mission: ${quoted(valueOf(part)?.mission_id ?? "")}`,
  );
