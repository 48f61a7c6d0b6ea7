/**
 * The roles that `setup.sh` makes, and the refusal of an account without the right one.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { EtcdError, type EtcdFault } from "./etcd-error.ts";

/** A role of etcd, and the account that setup.sh gives it to. */
export interface AccountRole {
  readonly role: string;
  readonly account: string;
}

export const VIEWER: AccountRole = { role: "viewer", account: "viewer" };
export const OPERATOR: AccountRole = { role: "operator", account: "operator" };
export const hostRole = (name: string): AccountRole => ({ role: `host-${name}`, account: name });

/** A role, and the prefix of the keys that it must have rights to. */
export type NeededRole = AccountRole & { readonly prefix: string };

/** The account that asked etcd, and the role that its request needs, if that is known. */
interface Requester {
  readonly user?: string;
  readonly needs?: NeededRole;
}

/** The error of a refused request. Where the account lacks a right, it names the role that has it. */
export function refusalOf(fault: EtcdFault, message: string, requester: Requester): EtcdError {
  const text = `etcd refused: ${message}`;
  const { user, needs } = requester;
  const lacksRight = /permission denied|user name is empty/.test(message);
  if (fault !== "denied" || needs === undefined || !lacksRight) return new EtcdError(fault, text);
  const who =
    user === undefined ? "and no account is set" : `which the account ${quoted(user)} lacks`;
  const rights = `the rights of the role ${needs.role} under ${needs.prefix}`;
  return new EtcdError(fault, `${text}: this needs ${rights}, ${who}`, hintOf(needs));
}

const hintOf = ({ role, account }: AccountRole): string =>
  `set user and password_file of fleet_etcd to those of the account ${account}, which setup.sh made, or of another with the role ${role}; what this one may do: lazarus-pit fleet check`;
