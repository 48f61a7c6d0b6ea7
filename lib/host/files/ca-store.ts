/**
 * The certificate authorities that this host trusts, found as curl and OpenSSL find them.
 *
 * Bun trusts a list of its own instead, which knows no authority that an operator has added, and
 * still trusts one that the operator has removed.
 *
 * @module
 */
import { constants, fstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { systemFailure } from "../errno.ts";
import { openFile } from "./descriptor.ts";

/** Where distributions keep all certificates in one file; the first that exists is read. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch, Gentoo
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
  "/etc/ssl/ca-bundle.pem", // SUSE
  "/etc/pki/tls/cacert.pem", // OpenELEC
  "/etc/ssl/cert.pem", // Alpine, BSD
];
/** Where distributions keep each certificate in its own file. */
const DIRECTORIES = ["/etc/ssl/certs", "/etc/pki/tls/certs"];
/** Files of certificates are hundreds of kilobytes; anything much larger is something else. */
const MAX_BYTES = 16 * 1024 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g;

/**
 * The trusted certificates as PEM; undefined if the host has none, so that only Bun's own list is left.
 * `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the host's file and directories; `NODE_EXTRA_CA_CERTS`
 * adds to them. A certificate that is damaged is left out.
 *
 * @throws {OperatorError} if a file that such a variable names cannot be read.
 */
export function readTrustedCas(env: Readonly<Record<string, string | undefined>>) {
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: directories, NODE_EXTRA_CA_CERTS: extra } = env;
  const bundle = file ? readCaFile(file) : firstText(BUNDLES);
  // The bundle of a distribution holds what its directories hold.
  const ownDirectories = file || bundle === "" ? DIRECTORIES : [];
  const texts = [
    bundle,
    ...(directories ? directories.split(":") : ownDirectories).flatMap(textsIn),
  ];
  const found = new Set(texts.flatMap(certificatesIn));
  if (found.size === 0) return undefined;
  for (const each of extra ? certificatesIn(readCaFile(extra)) : []) found.add(each);
  return [...found].join("\n");
}

let known: { readonly ca: string | undefined } | undefined;

/**
 * Options of fetch() for a URL: over https, the certificates that this host trusts. They are read
 * once, and only for https: it takes about 10 ms of CPU.
 *
 * @throws {OperatorError} like `readTrustedCas`.
 */
export function trustedTls({ protocol }: URL): { readonly tls?: { readonly ca: string } } {
  if (protocol !== "https:") return {};
  const { ca } = (known ??= { ca: readTrustedCas(process.env) });
  return ca === undefined ? {} : { tls: { ca } };
}

/**
 * The text of a file of CA certificates; empty if it is not a regular file.
 *
 * @throws {OperatorError} of kind `config` if it cannot be read.
 */
export function readCaFile(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    throw systemFailure(error, `Cannot read the CA certificates in ${quoted(path)}`, "config");
  }
}

function firstText(paths: readonly string[]): string {
  for (const path of paths) {
    const text = tryReadText(path);
    if (text !== "") return text;
  }
  return "";
}

function textsIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => tryReadText(join(directory, name)));
  } catch {
    return [];
  }
}

function tryReadText(path: string): string {
  try {
    return readText(path);
  } catch {
    return "";
  }
}

/** The text of a regular file; empty for anything else, such as a directory or FIFO. */
function readText(path: string): string {
  using file = openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(file.fd);
  return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(file.fd, "latin1") : "";
}

/** One damaged certificate would make Bun refuse all of them. */
const certificatesIn = (text: string): string[] =>
  [...text.matchAll(CERTIFICATE)].flatMap(([pem, base64 = ""]) => (isWhole(base64) ? [pem] : []));

/** True if the bytes are one DER sequence with a length of two bytes, as all certificates are. */
function isWhole(base64: string): boolean {
  const bytes = Buffer.from(base64, "base64");
  const [tag, form, high = 0, low = 0] = bytes;
  return tag === 0x30 && form === 0x82 && 256 * high + low === bytes.length - 4;
}
