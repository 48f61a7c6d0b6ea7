/**
 * Checks the files with secrets that the configuration names.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import type { Settings } from "../contract/settings.ts";
import { readPrivateFile } from "../host/files/secret.ts";
import { type Diagnosis, failedCheck, passed, warned } from "./rules/diagnosis.ts";

/** A line for each file, by the setting that names it; `sameFlags` are for commands in hints. */
export const checkSecrets = (settings: Settings, sameFlags: string): Diagnosis[] =>
  secretFiles(settings).map(([setting, path]) => checkSecret(setting, path, sameFlags));

function secretFiles({ gitea_token_file, fleet_etcd, fleet_sources }: Settings) {
  const sources = (fleet_sources ?? []).map((source) => [
    `token of ${source.name}`,
    "token_file" in source ? source.token_file : undefined,
  ]);
  const files = [
    ["gitea_token_file", gitea_token_file],
    ["etcd password", fleet_etcd?.password_file],
    ["etcd key", fleet_etcd?.key_file],
    ...sources,
  ];
  return files.filter((each): each is [string, string] => each[1] !== undefined);
}

function checkSecret(setting: string, path: string, sameFlags: string): Diagnosis {
  try {
    readPrivateFile(path, `Cannot use the secret in ${path}`);
    return passed(setting, `${path} is private`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (error.fault === "no_permission")
      return warned(
        setting,
        error.message,
        `run this as the account that uses it, such as: runuser -u lazarus-pit -- lazarus-pit doctor${sameFlags}`,
      );
    return failedCheck(setting, error.message, error.hint);
  }
}
