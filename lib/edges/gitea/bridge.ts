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
import { type StateFolder, storeOf } from "../host/state-folder.ts";
import { isHere } from "./api.ts";
import { CLONE_BOUNDS, type Making } from "./cell.ts";
import { knownKey, ownKey } from "./key.ts";
import type { Bridge, Limits } from "./look.ts";
import { trackerOf } from "./tracker.ts";
import { NO_TURN, turnOf } from "./turn.ts";

/** The name under which systemd hands over the token: `LoadCredential=gitea-token:/path`. */
const CREDENTIAL = "gitea-token";

/** How long a pass may ask the tracker, its clones included. */
const PASS_MS = 1_200_000;

/** What a pass may take; a minute apart, several may go by while one clones. */
export const LIMITS: Limits = {
  firstMs: 120_000,
  cloneMs: CLONE_BOUNDS.ms,
  clonesMs: 900_000,
  bytes: CLONE_BOUNDS.bytes,
  turnMs: 2000,
  returnMs: 60_000,
};

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
  const token = readSecret(tokenFile(settings), "put the account's token there, and nothing else");
  const tracker = trackerOf({ url, token, until: performance.now() + PASS_MS }, repository);
  const state = storeOf(settings);
  const keys = [...(making.dryRun ? knownKey(state) : [ownKey(state)]), token] as [string];
  return {
    tracker,
    keys,
    allow,
    root,
    state,
    ...turnsOn(root, state, making),
    making,
    limits: LIMITS,
  };
}

/** A dry run does nothing, so it needs no turn. */
function turnsOn(
  { path }: Root,
  state: StateFolder,
  { dryRun }: Making,
): Pick<Bridge, "turn" | "cloning"> {
  if (dryRun) return { turn: NO_TURN, cloning: NO_TURN };
  const busy = `Cannot accept proposals for ${quoted(path)}: another pass is at work`;
  return {
    turn: turnOf(state, "proposals.lock", busy),
    cloning: turnOf(state, "proposals-cloning.lock", busy),
  };
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
  if (URL.parse(url)?.protocol === "https:" || isHere(url) || isInsecure) return;
  throw new OperatorError(
    "config",
    `Cannot use ${quoted(url)}: the token would cross the network in the open`,
    "use https, or say --insecure",
  );
}
