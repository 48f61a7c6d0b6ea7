/**
 * This host's files below an overlay, so that a test can install what the documents say.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, run } from "./program.ts";

const ROOT = join(import.meta.dir, "../..");

/** What `runOverHost` needs: `lacking(...OVER_HOST_NEEDS)`. */
export const OVER_HOST_NEEDS = ["root", "unshare"] as const;

const SET_UP = `set -eu
mount -t tmpfs -o mode=755 none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
rm -rf "$1/root/etc/lazarus-pit" "$1/root/var/lib/lazarus-pit" "$1/root/var/missions"
mount --rbind /proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
cd "$1/root$2"
exec chroot "$1/root" sh -euc 'cd "$1"; . "$2"' sh "$2" "$3"`;

/** Runs a shell script as root, in the clone, over a copy of this host's files that ends with it. */
export function runOverHost(folder: string, script: string): Promise<Ended> {
  const base = join(folder, "base");
  mkdirSync(base, { recursive: true });
  writeFileSync(join(folder, "script"), script);
  const apart = ["unshare", "--mount", "--propagation=private"];
  // The configuration that the script installs is the one that counts.
  const argv = ["env", "--unset=LAZARUS_PIT_CONFIG", ...apart, "sh", "-c", SET_UP, "sh", base];
  return run([...argv, ROOT, join(folder, "script")]);
}
