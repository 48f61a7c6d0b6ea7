/**
 * What a version of etcd cannot promise.
 *
 * @module
 */

/** By minor version, the first release in which an account can write only what its role allows. */
const FIXED: Readonly<Record<string, number>> = { "3.4": 42, "3.5": 28, "3.6": 9 };

/**
 * Why accounts do not protect with this version (CVE-2026-33343, CVE-2026-33413); undefined if they do,
 * or for a version that is not known.
 */
export function accountFlaw(version: string): string | undefined {
  const [, minor = "", patch = ""] = /^(\d+\.\d+)\.(\d+)/.exec(version) ?? [];
  const fixed = FIXED[minor];
  return fixed === undefined || Number(patch) >= fixed
    ? undefined
    : `etcd ${version} lets any account write everything: hosts must trust each other; fixed in ${minor}.${fixed}`;
}
