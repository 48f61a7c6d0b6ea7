/**
 * The units and samples of config/, as executables carry them: a macro, which runs when a program is
 * built, so that the build needs no list of them.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A file of config/, by its path in that directory. */
export interface CarriedFile {
  readonly path: string;
  readonly text: string;
  readonly isProgram: boolean;
}

const CONFIG = join(import.meta.dir, "../../config");
/** All but those that only a server or a build reads: pages, pictures, schemas. */
const CARRIED =
  /^(?:agents|caddy|cron|etcd|grafana|nginx|notify|polkit|prometheus|runit|s6|systemd)\/|^lazarus_pit\.json$/;

/** The files, sorted by path. */
export const carriedFiles = (): CarriedFile[] =>
  readdirSync(CONFIG, { recursive: true })
    .map(String)
    .filter((path) => CARRIED.test(path) && statSync(join(CONFIG, path)).isFile())
    .toSorted()
    .map((path) => ({
      path,
      text: readFileSync(join(CONFIG, path), "utf8"),
      isProgram: (statSync(join(CONFIG, path)).mode & 0o100) !== 0,
    }));
