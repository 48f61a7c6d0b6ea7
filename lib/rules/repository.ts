/**
 * Which repositories may be cloned.
 *
 * git runs programs for some spellings (`ext::`, a host or path that starts with a dash is
 * read as an option), so only those that cannot do so are let through.
 *
 * @module
 */

const URL_FORM =
  /^(?:https|ssh):\/\/(?:[A-Za-z0-9._~%+][A-Za-z0-9._~%+-]*(?::[^@/\s]*)?@)?[A-Za-z0-9[][A-Za-z0-9.:\]-]*\/[^\s]+$/;

/** Why `repository` may not be cloned; undefined when it may. */
export function refuseRepository(repository: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(repository)) return "it holds a control character";
  if (repository.startsWith("-")) return "it starts with a dash";
  if (/^(?:https|ssh):\/\//.test(repository))
    return URL_FORM.test(repository) ? undefined : "it is no complete https or ssh URL";
  if (/^[A-Za-z0-9+.-]+::/.test(repository)) return "it names a transport helper";
  if (/^[^/]*:/.test(repository)) return "it is neither a plain path nor an https:// or ssh:// URL";
  return repository === "" ? "it is empty" : undefined;
}

const PLAIN_URL =
  /^(?:https:\/\/|ssh:\/\/(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:\/[A-Za-z0-9._~+-]+)+$/;

/**
 * Why a repository that a stranger named may not be cloned: no path of this host, no
 * password, and nothing in the URL that would mean anything but a place on a server.
 */
export function refuseStrangersRepository(repository: string): string | undefined {
  const refusal = refuseRepository(repository);
  if (refusal !== undefined) return refusal;
  if (/^https:\/\/[^/]*@|^ssh:\/\/[^/]*:[^/]*@/.test(repository)) return "it holds credentials";
  if (!/^(?:https|ssh):\/\//.test(repository)) return "it is no https:// or ssh:// URL";
  if (/\/\.\.?(?:\/|$)/.test(repository)) return "its path holds . or ..";
  return PLAIN_URL.test(repository) ? undefined : "it is no plain https:// or ssh:// URL";
}

/** Why `ref` may not be checked out; undefined when git can only take it as a name. */
export function refuseRef(ref: string): string | undefined {
  if (ref.startsWith("-")) return "it starts with a dash";
  return /^[A-Za-z0-9._/@+-]{1,200}$/.test(ref) && !ref.includes("..") && !ref.includes("@{")
    ? undefined
    : "it is no plain name of a branch, tag or commit";
}
