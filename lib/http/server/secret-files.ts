/**
 * The endpoint's secrets, read again when their files change, so that a new token needs no restart.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { readSecret } from "../../host/files/secret.ts";
import { PROGRAM, quietReader, startChecks } from "./file-changes.ts";

/** Secrets with the files that they were read from; undefined for what the endpoint does not have. */
interface SecretFiles {
  readonly token: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly beatSecret: string | undefined;
  readonly beatSecretFile?: string | undefined;
  readonly operatorToken?: string | undefined;
  readonly operatorTokenFile?: string | undefined;
}

/**
 * Refuses a secret that has a second purpose: who may read would also give orders, for example.
 *
 * @throws {OperatorError} of kind `config` if it is among `others`. `file` is the file that has it.
 */
function checkOwnPurpose(file: string, secret: string, others: readonly unknown[]): void {
  if (!others.includes(secret)) return;
  throw new OperatorError(
    "config",
    `Cannot use the secret in ${quoted(file)}: the endpoint has it for another purpose too`,
    "give --token-file, --beat-secret-file and --operator-token-file a secret each",
  );
}

/**
 * Checks that no two of the endpoint's secrets are equal.
 *
 * @throws {OperatorError} of kind `config` if two are.
 */
export function refuseSharedSecrets(files: SecretFiles): void {
  const { token, beatSecret, beatSecretFile = "", operatorToken, operatorTokenFile = "" } = files;
  if (beatSecret !== undefined) checkOwnPurpose(beatSecretFile, beatSecret, [token]);
  if (operatorToken !== undefined)
    checkOwnPurpose(operatorTokenFile, operatorToken, [token, beatSecret]);
}

interface WatchedSecret {
  /** The secret as its file last held it. A file that becomes invalid changes nothing. */
  current(): string | undefined;
  /** Checks the file now, whether or not it seems changed. */
  reread(): void;
  stop(): void;
}

/**
 * The endpoint's secrets as their files hold them now. SIGHUP reads them at once. Calls `onNewToken`
 * after each change of the token, because streams that the one before opened must end.
 */
export function watchSecrets(files: SecretFiles, onNewToken: () => void) {
  const { token, tokenFile, beatSecret, beatSecretFile, operatorToken, operatorTokenFile } = files;
  /** Reads a secret, which must not be equal to one of the others as they are now. */
  const read = (file: string, ownPlace: number): string => {
    const found = readSecret(file);
    const others = all.filter((_, place) => place !== ownPlace).map((one) => one.current());
    checkOwnPurpose(file, found, others);
    return found;
  };
  const forReaders = watchSecret(token, tokenFile, (file) => read(file, 0), onNewToken);
  const forBeats = watchSecret(beatSecret, beatSecretFile, (file) => read(file, 1));
  const forOrders = watchSecret(operatorToken, operatorTokenFile, (file) => read(file, 2));
  const all = [forReaders, forBeats, forOrders];
  function reread(): void {
    for (const secret of all) secret.reread();
  }
  // Without files SIGHUP ends the server, as when its terminal is closed. Threads get no signals.
  const handlesHup =
    Bun.isMainThread && (tokenFile ?? beatSecretFile ?? operatorTokenFile) !== undefined;
  if (handlesHup) process.on("SIGHUP", reread);
  return {
    get token() {
      return forReaders.current();
    },
    get beatSecret() {
      return forBeats.current();
    },
    get operatorToken() {
      return forOrders.current();
    },
    stop() {
      process.off("SIGHUP", reread);
      for (const secret of all) secret.stop();
    },
  };
}

function watchSecret(
  secret: string | undefined,
  file: string | undefined,
  readFile: (file: string) => string,
  onChange: () => void = () => {},
): WatchedSecret {
  let current = secret;
  if (file === undefined) return { current: () => current, reread() {}, stop() {} };
  const read = quietReader(() => readFile(file));

  /** False if the file is invalid. */
  function reread(): boolean {
    const found = read();
    if (found === undefined || found === current) return found !== undefined;
    current = found;
    queueStderr(`${PROGRAM}: read a new secret from ${quoted(file ?? "")}\n`);
    onChange();
    return true;
  }

  const timer = startChecks([file], reread);
  return { current: () => current, reread: () => void reread(), stop: () => clearInterval(timer) };
}
