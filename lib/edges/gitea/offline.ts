/**
 * Proposals from files: nothing here needs a network.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { parseContract } from "../../rules/parse.ts";
import { describeFlaw } from "../../rules/problems.ts";
import { quoted } from "../../rules/printable.ts";
import { readProposal } from "../../rules/proposal.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { Issue } from "../../schemas/gitea.ts";
import { systemFailure } from "../host/errno.ts";
import { idOf, missionOf, type Wanted } from "./cell.ts";

/** A larger file is no issue; Gitea itself has no such bound. */
const SIZE_LIMIT = 16 * 1024 * 1024;

/**
 * The cell that an issue asks for, as the API gives one.
 *
 * @throws {OperatorError} when the file cannot be read, or the proposal is wrong.
 */
export function wantedByIssue(path: string): Wanted {
  const issue = parseContract(readWhole(path), Issue);
  if (issue.outcome !== "read")
    throw new OperatorError(
      "data_error",
      `Cannot read an issue from ${quoted(path)}: it ${describeFlaw(issue)}`,
      "give what the API answers for /repos/OWNER/NAME/issues/NUMBER",
    );
  const { body, html_url: source } = issue.value;
  const proposal = proposed(body, path);
  return { id: idOf(proposal) ?? missionOf(issue.value), proposal, source };
}

/**
 * The cell that the text of an issue asks for; with an id of its own where it names none.
 *
 * @throws {OperatorError} when the file cannot be read, or the proposal is wrong.
 */
export function wantedByBody(path: string): Wanted {
  const proposal = proposed(readWhole(path), path);
  return { id: idOf(proposal) ?? Bun.randomUUIDv7(), proposal, source: undefined };
}

function proposed(body: string, path: string): Wanted["proposal"] {
  const { proposal, problems = [] } = readProposal(body);
  if (proposal !== undefined) return proposal;
  const reasons = problems.map(({ field, text }) => `${field}: ${text}`);
  throw new OperatorError(
    "data_error",
    `Cannot accept the proposal in ${quoted(path)}: ${reasons.join("; ")}`,
    "correct these fields of the issue",
  );
}

function readWhole(path: string): string {
  const doing = `Cannot read ${quoted(path)}`;
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(fd);
      if (stats.isFile() && stats.size <= SIZE_LIMIT)
        return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(fd));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw systemFailure(error, doing, "no_input");
    throw new OperatorError("data_error", `${doing}: it is not UTF-8`, "give the issue as it is");
  }
  throw new OperatorError(
    "data_error",
    `${doing}: it is no file of at most 16 MiB`,
    "give a file that holds one issue",
  );
}
