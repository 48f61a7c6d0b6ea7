/**
 * Until when the client certificate of this host is valid: servers refuse an expired one without a reason.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { EtcdAccess } from "../etcd/client.ts";
import { type CheckLine, warningLine } from "./check-line.ts";

/** How long before its end a certificate is named. */
const SOON_MS = 30 * 86_400_000;

const RENEW = "; make another one with setup.sh renew, or as this one was made";

/** A line about a client certificate that has ended, or will end soon. */
export function certificateLines({ tls }: EtcdAccess, now: Date): CheckLine[] {
  const end = endOf(tls?.cert);
  if (end === undefined || end.getTime() - now.getTime() > SOON_MS) return [];
  const at = end.toISOString();
  return end < now
    ? [{ level: "error", fault: "config", text: `the client certificate expired at ${at}${RENEW}` }]
    : [warningLine(`the client certificate expires at ${at}${RENEW}`)];
}

/** Undefined without a certificate, and for text that is none: the request says so. */
function endOf(pem: string | undefined): Date | undefined {
  try {
    return pem === undefined ? undefined : new Date(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}
