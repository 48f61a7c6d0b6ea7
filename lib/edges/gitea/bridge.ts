/**
 * The bridge as an operator has set it up.
 *
 * @module
 */
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Settings } from "../../schemas/settings.ts";
import { HINT } from "../command/config-file.ts";
import type { Root } from "../host/directory.ts";
import { readSecret } from "../host/secret.ts";
import { storeOf } from "../host/state-folder.ts";
import type { Bridge } from "./accept.ts";
import type { Making } from "./cell.ts";
import { trackerOf } from "./tracker.ts";

/** The name under which systemd hands over the token: `LoadCredential=gitea-token:/path`. */
const CREDENTIAL = "gitea-token";

/**
 * Joins the tracker of the settings with a root.
 *
 * @throws {OperatorError} of kind `config` when a setting is missing, there is no token, or
 *   it would cross the network in the open.
 */
export function bridgeOf(
  settings: Settings,
  root: Root,
  making: Making,
  isInsecure: boolean,
): Bridge {
  const url = needed(settings, "gitea_url").replace(/\/+$/, "");
  const repository = needed(settings, "gitea_repository");
  const allow = needed(settings, "gitea_allow");
  checkExposure(url, isInsecure);
  const token = readSecret(tokenFile(settings));
  const tracker = trackerOf({ url, token }, repository);
  return { tracker, token, allow, root, state: storeOf(settings), making };
}

function needed<Name extends "gitea_url" | "gitea_repository" | "gitea_allow">(
  settings: Settings,
  name: Name,
): NonNullable<Settings[Name]> {
  const value = settings[name];
  if (value !== undefined) return value;
  throw new OperatorError("config", `Cannot look for proposals: ${name} is not set`, HINT);
}

function tokenFile({ gitea_token_file: named }: Settings): string {
  const credentials = process.env["CREDENTIALS_DIRECTORY"];
  const file = named ?? (credentials ? `${credentials}/${CREDENTIAL}` : undefined);
  if (file !== undefined) return file;
  throw new OperatorError(
    "config",
    "Cannot look for proposals: there is no token",
    `set gitea_token_file, or in the unit LoadCredential=${CREDENTIAL}:/path`,
  );
}

/** Who sees the token can write issues as we do. */
function checkExposure(url: string, isInsecure: boolean): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (protocol === "https:" || isLocal || isInsecure) return;
  throw new OperatorError(
    "config",
    `Cannot use ${quoted(url)}: the token would cross the network in the open`,
    "use https, or say --insecure",
  );
}
