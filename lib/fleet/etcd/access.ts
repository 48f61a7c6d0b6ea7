/**
 * How to reach etcd, from the settings: addresses, account and certificates.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { quoted } from "../../base/printable.ts";
import { defined } from "../../base/defined.ts";
import type { FleetEtcd } from "../../contract/fleet-settings.ts";
import { trustedTls } from "../../host/files/ca-store.ts";
import { closing } from "../../host/files/descriptor.ts";
import { openOperatorsFile } from "../../host/files/operator-file.ts";
import { readPrivateFile, readSecret } from "../../host/files/secret.ts";
import { systemFailure } from "../../host/errno.ts";
import type { AccountRole } from "./account-role.ts";
import type { EtcdAccess } from "./client.ts";
import type { ClientTls } from "./gateway-request.ts";

const PASSWORD_HINT = "store the password that etcd has for the account: setup.sh users writes it";

/**
 * Reads certificates and password once, to find what is wrong with them at the start. The password is
 * read again at each login, so that a new one needs no restart. `needs` is the role for what follows.
 *
 * @throws {OperatorError} of kind `config` if a file cannot be used.
 */
export function etcdAccess(etcd: FleetEtcd, needs?: AccountRole): EtcdAccess {
  const { endpoints, user, prefix, password_file: path } = etcd;
  const password = path === undefined ? undefined : () => readSecret(path, PASSWORD_HINT);
  password?.();
  return {
    endpoints: endpoints.map((url) => url.replace(/\/+$/, "")),
    ...defined({ user, password, tls: tlsOf(etcd) }),
    ...(needs === undefined ? {} : { needs: { ...needs, prefix } }),
  };
}

/** Without a CA of its own, those that this host trusts. */
function tlsOf({ endpoints, ca_file, cert_file, key_file }: FleetEtcd): ClientTls | undefined {
  const secure = endpoints.map((url) => new URL(url)).find(({ protocol }) => protocol === "https:");
  if (secure === undefined) return undefined;
  const ca = ca_file === undefined ? trustedTls(secure).tls?.ca : readPem(ca_file);
  const cert = cert_file === undefined ? undefined : readPem(cert_file);
  const key = key_file === undefined ? undefined : readKey(key_file);
  return defined({ ca, cert, key });
}

const readKey = (path: string): string =>
  readPrivateFile(path, `Cannot use the key in ${quoted(path)}`);

function readPem(path: string): string {
  const doing = `Cannot use the certificate in ${quoted(path)}`;
  try {
    using file = closing(openOperatorsFile(path, doing));
    return readFileSync(file.fd, "utf8");
  } catch (error) {
    throw systemFailure(error, doing, "config");
  }
}
