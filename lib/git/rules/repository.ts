/**
 * Which repositories may be cloned.
 *
 * git runs programs for some addresses (`ext::`; a host or path with a leading dash is read as an
 * option), so only addresses that cannot do so are allowed.
 *
 * @module
 */

const URL_FORM =
  /^(?:https|ssh):\/\/(?:[A-Za-z0-9._~%+][A-Za-z0-9._~%+-]*(?::[^@/\s]*)?@)?[A-Za-z0-9[][A-Za-z0-9.:\]-]*\/[^\s]+$/;

/** Why `repository` may not be cloned; undefined if it may. */
export function refuseRepository(repository: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(repository)) return "it contains a control character";
  if (repository.startsWith("-")) return "it starts with a dash";
  if (/^(?:https|ssh):\/\//.test(repository))
    return URL_FORM.test(repository) ? undefined : "it is not a complete https or ssh URL";
  if (/^[A-Za-z0-9+.-]+::/.test(repository)) return "it names a transport helper";
  if (/^[^/]*:/.test(repository)) return "it is neither a plain path nor an https:// or ssh:// URL";
  return repository === "" ? "it is empty" : undefined;
}

const PLAIN_URL =
  /^(?:https:\/\/|ssh:\/\/(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:\/[A-Za-z0-9._~+-]+)+$/;

/**
 * Why an untrusted address may not be cloned; undefined if it may. Only plain URLs: no local path,
 * no credentials, nothing that means anything but a path on a server.
 */
export function refuseUntrustedRepository(repository: string): string | undefined {
  const refusal = refuseRepository(repository);
  if (refusal !== undefined) return refusal;
  if (/^https:\/\/[^/]*@|^ssh:\/\/[^/]*:[^/]*@/.test(repository)) return "it contains credentials";
  if (!/^(?:https|ssh):\/\//.test(repository)) return "it is not an https:// or ssh:// URL";
  if (/\/\.\.?(?:\/|$)/.test(repository)) return "its path contains . or ..";
  return PLAIN_URL.test(repository) ? undefined : "it is not a plain https:// or ssh:// URL";
}

/** Why `ref` may not be checked out; undefined if git can only read it as a name. */
export function refuseRef(ref: string): string | undefined {
  if (ref.startsWith("-")) return "it starts with a dash";
  return /^[A-Za-z0-9._/@+-]{1,200}$/.test(ref) && !ref.includes("..") && !ref.includes("@{")
    ? undefined
    : "it is not a plain name of a branch, tag or commit";
}
