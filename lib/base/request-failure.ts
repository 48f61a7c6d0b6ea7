/**
 * Why an HTTP request failed, and whether it is worth another try.
 *
 * @module
 */

const UNKNOWN_CA = "its certificate comes from a CA that this host does not trust";

/** Reasons by error code; those of certificates do not change within seconds. */
const CERTIFICATE_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet by the clock of this host",
  CERT_REVOKED: "its certificate is revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
};
const UNREACHABLE_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "its name does not resolve",
  EAI_AGAIN: "its name does not resolve now",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no network",
};
const OTHER_REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: "it closed the connection",
  EPROTO: "the TLS handshake failed",
  Malformed_HTTP_Response: "it does not answer as an HTTP server",
  UnexpectedRedirect: "it redirects to another address",
};
const REASONS = { ...CERTIFICATE_REASONS, ...UNREACHABLE_REASONS, ...OTHER_REASONS };

/** An error code as the end of a sentence, such as `connection refused (ECONNREFUSED)`. */
export const describeFailure = (code: string): string =>
  Object.hasOwn(REASONS, code) ? `${REASONS[code]} (${code})` : code;

/** True for an error that another try cannot fix: the certificate is refused. */
export const isRefusedCertificate = (code: string): boolean =>
  Object.hasOwn(CERTIFICATE_REASONS, code);

/** True if no server could be reached: it, or the network, is down. */
export const isUnreachable = (code: string): boolean => Object.hasOwn(UNREACHABLE_REASONS, code);

/** Names the proxy variable that applies to a protocol, as the end of a sentence; empty without one. */
export function describeProxy(
  protocol: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const name = `${protocol.replace(":", "")}_proxy`;
  const found = [name, name.toUpperCase()].find((each) => env[each]);
  return found === undefined ? "" : `, with ${found} set`;
}
