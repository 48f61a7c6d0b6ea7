/**
 * The certificate and the key for TLS, read again when their files change.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { systemFailure } from "../../host/errno.ts";
import { closing } from "../../host/files/descriptor.ts";
import { openOperatorsFile } from "../../host/files/operator-file.ts";
import { readPrivateFile } from "../../host/files/secret.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { PROGRAM, quietReader, startChecks } from "./file-changes.ts";

/** A certificate with its chain, and its key, as PEM, with the files that they come from. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * Reads a certificate and its key.
 *
 * @throws {OperatorError} of kind `config` if they are invalid or do not belong together, or others
 * may write them or read the key.
 */
export function readTlsPair(certFile: string, keyFile: string): TlsPair {
  const doing = `Cannot use the certificate ${quoted(certFile)}`;
  const cert = readCertificate(certFile, doing);
  const key = readPrivateFile(keyFile, `Cannot use the key ${quoted(keyFile)}`);
  const why = pairFlaw(cert, key, keyFile);
  if (why === undefined) return { cert, key, certFile, keyFile };
  throw new OperatorError(
    "config",
    `${doing}: ${why}`,
    "give PEM files: the certificate followed by its chain, and its key without a passphrase",
  );
}

function readCertificate(path: string, doing: string): string {
  try {
    using file = closing(openOperatorsFile(path, doing));
    return readFileSync(file.fd, "utf8");
  } catch (error) {
    throw systemFailure(error, doing, "config");
  }
}

/** Why they cannot be used; undefined if they can. */
function pairFlaw(cert: string, key: string, keyFile: string): string | undefined {
  try {
    const certificate = new X509Certificate(cert);
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      return `the key ${quoted(keyFile)} is another certificate's`;
    // The class above reads the first certificate only; a server reads the chain as well.
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    return `it, or its key ${quoted(keyFile)}, is not valid PEM (${String(error)})`;
  }
}

/**
 * Calls `onChange` with each new pair of the files of `first`, and on SIGHUP at once. A pair that is
 * invalid, such as while only one of the files is renewed, changes nothing. Returns what stops it.
 */
export function watchTlsPair(first: TlsPair, onChange: (pair: TlsPair) => void): () => void {
  const { certFile, keyFile } = first;
  const read = quietReader(() => readTlsPair(certFile, keyFile));
  let current = first;

  /** False if the pair is invalid. */
  function reread(): boolean {
    const found = read();
    if (found === undefined) return false;
    if (found.cert === current.cert && found.key === current.key) return true;
    current = found;
    queueStderr(`${PROGRAM}: read a new certificate from ${quoted(certFile)}\n`);
    onChange(found);
    return true;
  }

  const timer = startChecks([certFile, keyFile], reread);
  // Threads get no signals.
  if (Bun.isMainThread) process.on("SIGHUP", reread);
  return () => {
    process.off("SIGHUP", reread);
    clearInterval(timer);
  };
}
