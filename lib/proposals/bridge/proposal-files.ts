/**
 * Reading proposals from files, without a network.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { parseContract } from "../../contract/parse.ts";
import { describeFlaw } from "../../verdict/problems.ts";
import { quoted } from "../../base/printable.ts";
import { readProposal } from "../form/proposal.ts";
import { OperatorError } from "../../base/errors.ts";
import { Issue } from "../form/gitea.ts";
import { systemFailure } from "../../host/errno.ts";
import { requestedId, derivedMissionId, type CellRequest } from "./proposed-cell.ts";

/** The largest file that is read. Gitea itself has no limit. */
const SIZE_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * The cell that an issue requests, from a file with the issue's JSON as the API returns it.
 *
 * @throws {OperatorError} when the file cannot be read, or the proposal is invalid.
 */
export function requestFromIssue(path: string): CellRequest {
  const issue = parseContract(readWhole(path), Issue);
  if (issue.outcome !== "read")
    throw new OperatorError(
      "data_error",
      `Cannot read an issue from ${quoted(path)}: it ${describeFlaw(issue)}`,
      "give the API's response for /repos/OWNER/NAME/issues/NUMBER",
    );
  const { body, html_url: source } = issue.value;
  const proposal = proposalIn(body, path);
  return { id: requestedId(proposal) ?? derivedMissionId(issue.value), proposal, source };
}

/**
 * The cell that the body of an issue requests, with a new id if it requests none.
 *
 * @throws {OperatorError} when the file cannot be read, or the proposal is invalid.
 */
export function requestFromBody(path: string): CellRequest {
  const proposal = proposalIn(readWhole(path), path);
  return { id: requestedId(proposal) ?? Bun.randomUUIDv7(), proposal, source: undefined };
}

function proposalIn(body: string, path: string): CellRequest["proposal"] {
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
      if (stats.isFile() && stats.size <= SIZE_LIMIT_BYTES)
        return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(fd));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw systemFailure(error, doing, "no_input");
    throw new OperatorError("data_error", `${doing}: it is not UTF-8`, "give the issue unchanged");
  }
  throw new OperatorError(
    "data_error",
    `${doing}: it is not a regular file of at most 16 MiB`,
    "give a file with one issue",
  );
}
