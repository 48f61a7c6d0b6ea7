/**
 * What to correct when etcd's gateway does not answer as it should.
 *
 * @module
 */

/** Patterns of messages, the first that matches counts, and what to do. */
const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /answered 404/,
    "give the address of etcd's client URL, port 2379; with a configuration file, etcd 3.4 needs enable-grpc-gateway: true",
  ],
  [/authentication failed/, "check user and password_file of fleet_etcd"],
  [/CommonName/, "use a client certificate without a common name (CN): see setup.sh certs"],
  [
    /HTTP request to an HTTPS server|http:.*ECONNRESET/,
    "if the server has certificates, write https:// in endpoints",
  ],
  [
    /EPROTO/,
    "it may refuse the client certificate, or miss one: set cert_file and key_file, by a CA that the server trusts",
  ],
  [/ALTNAME/, "use a name in endpoints that setup.sh certs was given"],
  [
    /CA that this host does not trust|self-signed/,
    "set ca_file to the ca.pem that setup.sh certs wrote",
  ],
  [/has expired/, "make it anew with setup.sh renew, and restart etcd"],
];

/** As the end of a sentence; empty if the message says enough. */
export function gatewayHint(message: string): string {
  const found = HINTS.find(([pattern]) => pattern.test(message));
  return found === undefined ? "" : `; ${found[1]}`;
}
