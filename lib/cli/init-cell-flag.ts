/**
 * `lazarus-pit --init-cell <uuid>`, another way to call init-cell.
 *
 * @module
 */

/** The arguments of init-cell for a call with `--init-cell <uuid>`; undefined for any other call. */
export function initCellArguments(argv: readonly string[]): string[] | undefined {
  const at = argv.findIndex((word) => word === "--init-cell" || word.startsWith("--init-cell="));
  const [flag = "", next = ""] = at < 0 ? [] : argv.slice(at);
  const [id, used] = flag.includes("=") ? [flag.slice(flag.indexOf("=") + 1), 1] : [next, 2];
  if (id === "" || id.startsWith("-")) return undefined;
  return [...argv.slice(0, at), id, ...argv.slice(at + used)];
}
