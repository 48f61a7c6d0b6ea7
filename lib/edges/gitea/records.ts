/**
 * What this host remembers of issues, outside of every cell:
 *
 *     <state dir>/roots/<name of the root>/proposals/<repository id>-<number>.json
 *
 * An agent can write into its cell that it came from any issue; here it cannot. The tracker's
 * numbers are the name, for a repository can be renamed.
 *
 * @module
 */
import { join } from "node:path";
import { contractText } from "../../rules/json.ts";
import { describeFlaw } from "../../rules/problems.ts";
import { FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { type Issue, Remembered } from "../../schemas/gitea.ts";
import { readContract } from "../cell/contract.ts";
import { asOwnerOf } from "../host/become.ts";
import { withDirectory } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { replaceFile } from "../host/replace.ts";
import { makeDirectory, type StateFolder } from "../host/state-folder.ts";

type Named = Pick<Issue, "number" | "repository">;

const folderOf = ({ folder }: StateFolder): string => join(folder, "proposals");
const nameOf = ({ number, repository }: Named): string => `${repository.id}-${number}.json`;

/**
 * What is remembered of an issue; nothing where it is not yet known.
 *
 * @throws {OperatorError} when that cannot be read: then nobody knows.
 */
export function recall(state: StateFolder, issue: Named): Omit<Remembered, "schema_version"> {
  const doing = `Cannot read what is remembered of issue ${issue.number}`;
  const record = read(state, issue, doing);
  if (record.outcome === "read") return record.value;
  if (record.outcome === "absent") return {};
  throw new OperatorError(
    "io_error",
    `${doing}: its record ${describeFlaw(record)}`,
    `look at ${join(folderOf(state), nameOf(issue))}; removed, the issue counts as one that was never dealt with`,
  );
}

function read(state: StateFolder, issue: Named, doing: string) {
  try {
    return withDirectory(folderOf(state), (dir) => readContract(dir, nameOf(issue), Remembered));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { outcome: "absent" } as const;
    throw systemFailure(error, doing, "io_error");
  }
}

/**
 * Remembers more of an issue, durably.
 *
 * @throws {OperatorError} when it cannot be written; then what was remembered before still is.
 */
export function remember(
  state: StateFolder,
  issue: Named,
  more: Omit<Remembered, "schema_version">,
): void {
  const text = contractText({ schema_version: 1, ...recall(state, issue), ...more }) ?? "";
  try {
    asOwnerOf(state.top, () => {
      makeDirectory(folderOf(state));
      withDirectory(folderOf(state), (dir) => replaceFile(dir, nameOf(issue), text, FILE_MODE));
    });
  } catch (error) {
    throw systemFailure(error, `Cannot remember issue ${issue.number}`, "io_error");
  }
}
