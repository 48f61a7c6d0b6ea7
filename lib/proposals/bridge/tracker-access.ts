/**
 * The access to the tracker that the settings name.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Settings } from "../../contract/settings.ts";
import { CONFIG_HINT } from "../../cli/config-file.ts";
import { readSecret } from "../../host/files/secret.ts";
import { type ApiAccess, isLoopback } from "../tracker/api.ts";

/** The systemd credential that holds the token: `LoadCredential=gitea-token:/path`. */
const CREDENTIAL = "gitea-token";

/**
 * The tracker of the settings, with the token, and the repository `owner/name`.
 *
 * @throws {OperatorError} of kind `config` when a setting or the token is missing, or the token
 *   would be sent unencrypted.
 */
export function openTrackerAccess(
  settings: Settings,
  isInsecure: boolean,
): { readonly access: ApiAccess; readonly repository: string } {
  const url = requiredSetting(settings, "gitea_url").replace(/\/+$/, "");
  const repository = requiredSetting(settings, "gitea_repository");
  checkEncryption(url, isInsecure);
  const token = readSecret(tokenFile(settings), "put the account's token there, and nothing else");
  return { access: { url, token }, repository };
}

/** @throws {OperatorError} when the setting is missing. */
export function requiredSetting<Name extends "gitea_url" | "gitea_repository" | "gitea_allow">(
  settings: Settings,
  name: Name,
): NonNullable<Settings[Name]> {
  const value = settings[name];
  if (value !== undefined) return value;
  throw new OperatorError("config", `Cannot read proposals: ${name} is not set`, CONFIG_HINT);
}

function tokenFile({ gitea_token_file: configured }: Settings): string {
  const credentials = process.env["CREDENTIALS_DIRECTORY"];
  const file = configured ?? (credentials ? `${credentials}/${CREDENTIAL}` : undefined);
  if (file !== undefined) return file;
  throw new OperatorError(
    "config",
    "Cannot read proposals: the token is missing",
    `set gitea_token_file, or in the unit LoadCredential=${CREDENTIAL}:/path`,
  );
}

/** Refuses to send the token unencrypted: anyone who reads it can write issues as this account. */
function checkEncryption(url: string, isInsecure: boolean): void {
  if (URL.parse(url)?.protocol === "https:" || isLoopback(url) || isInsecure) return;
  throw new OperatorError(
    "config",
    `Cannot use ${quoted(url)}: the token would be sent unencrypted`,
    "use https, or give --insecure",
  );
}
