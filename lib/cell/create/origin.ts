/**
 * What the worktree of a cell was cloned from, as cell.json and the log's first line record it.
 *
 * @module
 */
import * as v from "valibot";
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import { quoted, withoutPasswords } from "../../base/printable.ts";
import { ClonedRepository } from "../../contract/cell.ts";
import { type CellFacts, valueOf } from "../../contract/facts.ts";
import { parseContract } from "../../contract/parse.ts";
import { sourceOf } from "../../git/clone.ts";
import type { Repository } from "../../git/git-command.ts";
import { type Root, withParent } from "../../host/files/directory.ts";
import { readFirstLine } from "../../host/files/read-start.ts";
import { logSegments } from "../log.ts";

/** The record of a repository: absolute, and without the password of a URL. */
export const recordOf = (repository: Repository): ClonedRepository => ({
  url: withoutPasswords(sourceOf(repository)),
  ...defined({ ref: repository.ref }),
});

const FirstEvent = v.looseObject({ cloned_from: ClonedRepository });

/** The cell's repository by cell.json, or by the log if cell.json is absent; undefined if unknown. */
export function originOf(root: Root, facts: CellFacts): ClonedRepository | undefined {
  if (facts.config.outcome !== "absent") return valueOf(facts.config)?.cloned_from;
  const line = firstLogLine(root, facts);
  return line === undefined ? undefined : valueOf(parseContract(line, FirstEvent))?.cloned_from;
}

function firstLogLine(root: Root, facts: CellFacts): string | undefined {
  try {
    return withParent(root.fd, [facts.id, ...logSegments(facts)], readFirstLine);
  } catch {
    return undefined;
  }
}

/**
 * Checks that an existing cell was created from `repository`, if one is given: nothing is cloned
 * into an existing cell.
 *
 * @throws {OperatorError} when it was created from another one, or without one.
 */
export function checkOrigin(root: Root, facts: CellFacts, repository?: Repository): void {
  if (repository === undefined || facts.self.outcome === "absent") return;
  const [asked, origin] = [recordOf(repository), originOf(root, facts)];
  const isSame = asked.url === origin?.url && (asked.ref ?? origin.ref) === origin.ref;
  if (isSame) return;
  throw new OperatorError(
    "data_error",
    `Cannot clone ${named(asked)}: the cell ${facts.id} exists, and was created ${
      origin === undefined ? "without a repository" : `from ${named(origin)}`
    }`,
    "omit the id, or give another one, to create a new cell; nothing was changed",
  );
}

const named = ({ url, ref }: ClonedRepository): string =>
  ref === undefined ? quoted(url) : `${quoted(url)} at ${quoted(ref)}`;
