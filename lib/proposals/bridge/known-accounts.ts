/**
 * This host's record of the accounts that have accepted proposals, beside the records of issues:
 *
 *     <state dir>/roots/<name of the root>/proposals/accounts.json
 *
 * @module
 */
import type { KnownAccounts } from "../form/accepters.ts";
import { AccountsRecord } from "../form/host-records.ts";
import { readRecordFile, type RecordsPaths, writeRecordFile } from "./records.ts";

const NAME = "accounts.json";

/**
 * The numbers of the accounts of the tracker at `url` by login; empty if none has accepted yet,
 * or the record is of another tracker.
 *
 * @throws {OperatorError} when the record cannot be read, so that its contents are unknown.
 */
export function readKnownAccounts(state: RecordsPaths, url: string): KnownAccounts {
  if (state.recordsId === undefined) return {};
  const file = { name: NAME, doing: "Cannot read the record of accounts" };
  const removal = "if you remove it, each account counts as never seen";
  const record = readRecordFile(state, file, AccountsRecord, removal);
  return record?.tracker === addressOf(url) ? record.accounts : {};
}

/**
 * Replaces the record, which may be of another tracker than that at `url`.
 *
 * @throws {OperatorError} when it cannot be written; then the previous record stays.
 */
export const recordAccounts = (state: RecordsPaths, url: string, accounts: KnownAccounts): void =>
  writeRecordFile(
    state,
    { name: NAME, doing: "Cannot write the record of accounts" },
    { schema_version: 1, tracker: addressOf(url), accounts },
  );

/** The URL in the one form of its address: its host in lower case, without the default port. */
const addressOf = (url: string): string => URL.parse(url)?.href ?? url;
