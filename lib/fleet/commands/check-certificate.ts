/**
 * Until when the client certificate of this host is valid, and whether its key is there: neither a
 * refusal nor a connection that cannot be opened says so.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { EtcdAccess } from "../etcd/client.ts";
import { type CheckLine, warningLine } from "./check-line.ts";

/** How long before its end a certificate is named. */
const SOON_MS = 30 * 86_400_000;

const RENEW = "; make another one with setup.sh renew, or as this one was made";

/** A line about a client certificate that has ended, will end soon, or has another key. */
export function certificateLines({ tls }: EtcdAccess, now: Date): CheckLine[] {
  if (!isPair(tls))
    return [{ level: "error", fault: "config", text: `key_file is of another certificate${PAIR}` }];
  const end = endOf(tls?.cert);
  if (end === undefined || end.getTime() - now.getTime() > SOON_MS) return [];
  const at = end.toISOString();
  return end < now
    ? [{ level: "error", fault: "config", text: `the client certificate expired at ${at}${RENEW}` }]
    : [warningLine(`the client certificate expires at ${at}${RENEW}`)];
}

const PAIR = "; copy client.pem and client.key together";

/** False only for a key and a certificate that can be read, and do not belong together. */
function isPair(tls: EtcdAccess["tls"]): boolean {
  if (tls?.cert === undefined || tls.key === undefined) return true;
  try {
    return new X509Certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key));
  } catch {
    return true;
  }
}

/** Undefined without a certificate, and for text that is none: the request says so. */
function endOf(pem: string | undefined): Date | undefined {
  try {
    return pem === undefined ? undefined : new Date(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}
