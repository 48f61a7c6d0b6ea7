/**
 * `lazarus-pit fleet check`: whether etcd can be reached, and what it, its version and the account
 * cannot promise.
 *
 * @module
 */
import * as v from "valibot";
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Settings } from "../../contract/settings.ts";
import { etcdAccess } from "../etcd/access.ts";
import { connectEtcd, type EtcdAccess, type EtcdClient } from "../etcd/client.ts";
import { EtcdError } from "../etcd/etcd-error.ts";
import { fleetNameOf } from "../etcd/fleet-name.ts";
import { requireEtcd } from "../etcd/host-context.ts";
import { isWrittenAt, listKeys, type Operation, putKey } from "../etcd/operations.ts";
import { gatewayHint } from "../rules/etcd-hints.ts";
import { accountFlaw } from "../rules/etcd-version.ts";
import { type FleetKeys, fleetKeys } from "../rules/keys.ts";
import { certificateLines } from "./check-certificate.ts";
import { type CheckLine, okLine, warningLine } from "./check-line.ts";

/** No transaction has this number: what depends on it is checked, and never done. */
const NEVER = Number.MAX_SAFE_INTEGER;

const Status = v.object({
  version: v.optional(v.string(), ""),
  dbSize: v.optional(v.string(), "0"),
  errors: v.optional(v.array(v.string()), []),
  leader: v.optional(v.string(), "0"),
});

/** @throws {OperatorError} if fleet_etcd is absent, or a file of it cannot be used. */
export async function checkEtcd(settings: Settings): Promise<CheckLine[]> {
  const etcd = requireEtcd(settings, "check");
  const access = etcdAccess(etcd);
  const lines = certificateLines(access, new Date());
  for (const endpoint of access.endpoints) lines.push(...(await checkEndpoint(access, endpoint)));
  if (lines.every(({ level }) => level !== "ok")) return lines;
  const keys = fleetKeys(etcd.prefix);
  const rights = await checkRights(access, keys, settings).catch((error: unknown) => [
    errorLine("rights", error),
  ]);
  return [...lines, await checkUsers(access, keys), ...rights];
}

async function checkEndpoint(access: EtcdAccess, endpoint: string): Promise<CheckLine[]> {
  const client = connectEtcd({ ...access, endpoints: [endpoint] });
  try {
    const status = v.parse(Status, await client.call("/v3/maintenance/status", {}));
    await client.txn([], []);
    const megabytes = Math.ceil(Number(status.dbSize) / 1024 / 1024);
    const flaw = accountFlaw(status.version);
    return [
      okLine(`${endpoint}: etcd ${status.version}, the database has ${megabytes} MiB`),
      ...(flaw === undefined ? [] : [warningLine(flaw)]),
      ...status.errors.map(alarmLine),
    ];
  } catch (error) {
    return [errorLine(endpoint, error)];
  }
}

const alarmLine = (text: string): CheckLine => ({
  level: "error",
  fault: "unavailable",
  text: text.includes("NOSPACE")
    ? "the database is full, and takes no writes: etcdctl compact, etcdctl defrag, etcdctl alarm disarm"
    : text,
});

function errorLine(what: string, error: unknown): CheckLine {
  if (!(error instanceof OperatorError)) throw error;
  const { message, fault } = error;
  const text = message.includes(what) ? message : `${what}: ${message}`;
  return { level: "error", fault, text: `${text}${gatewayHint(message)}` };
}

const isDenied = (error: unknown): boolean =>
  error instanceof EtcdError && error.etcdFault === "denied";

/** Without users, everyone who reaches etcd may write. */
async function checkUsers({ endpoints, tls }: EtcdAccess, keys: FleetKeys): Promise<CheckLine> {
  try {
    await connectEtcd({ endpoints, ...defined({ tls }) }).txn(
      [],
      [listKeys(keys.all("alive"), { limit: "1" })],
    );
    return warningLine(
      "users are off: everyone who reaches etcd may write everything, and so may any web page in a browser on its host",
    );
  } catch (error) {
    return isDenied(error) ? okLine("users are on") : errorLine("users", error);
  }
}

async function checkRights(
  access: EtcdAccess,
  keys: FleetKeys,
  settings: Settings,
): Promise<CheckLine[]> {
  const client = connectEtcd(access);
  const name = fleetNameOf(settings);
  const own = (["alive", "reports"] as const).map((kind) => putKey(keys.host(kind, name), ""));
  const home = putKey(keys.home("00000000-0000-4000-8000-000000000000"), "");
  const tries: [string, Operation[]][] = [
    [`publish as ${name}, and take homes`, [...own, home]],
    ["view the fleet", [listKeys(keys.all("reports"), { limit: "1" })]],
    ["give orders", [putKey(keys.fleetHold, "")]],
  ];
  const may: string[] = [];
  for (const [what, operations] of tries)
    if (await isAllowed(client, keys, operations)) may.push(what);
  return [
    may.length === 0 ? rightlessLine(access, settings, tries) : okLine(rightsText(access, may)),
  ];
}

const rightsText = ({ user }: EtcdAccess, may: readonly string[]): string =>
  `${user === undefined ? "without an account" : `the account ${user}`} may ${may.join("; ")}`;

const rightlessLine = (
  { user }: EtcdAccess,
  { fleet_etcd: etcd }: Settings,
  tries: readonly (readonly [what: string, ...unknown[]])[],
): CheckLine => ({
  level: "error",
  fault: "no_permission",
  text:
    user === undefined
      ? "users are on, and no account is set; set user and password_file of fleet_etcd"
      : `under ${etcd?.prefix} the account ${user} may not ${tries.map(([what]) => what).join("; nor ")}; check user, prefix and fleet_name`,
});

/** etcd checks the rights to what it would do, also where the condition does not hold. */
async function isAllowed(
  client: EtcdClient,
  keys: FleetKeys,
  operations: readonly Operation[],
): Promise<boolean> {
  try {
    const [first = listKeys(keys.all("alive")), ...rest] = operations;
    await client.txn([isWrittenAt(keyIn(first), NEVER)], [first, ...rest]);
    return true;
  } catch (error) {
    if (isDenied(error)) return false;
    throw error;
  }
}

/** A key of the operation itself, which the account may read if it may do anything with it. */
function keyIn(operation: Operation): string {
  const [request = {}] = Object.values(operation);
  return "key" in request ? Buffer.from(String(request.key), "base64").toString() : "";
}
