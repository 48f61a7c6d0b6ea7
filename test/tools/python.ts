/**
 * Python's interpreter, for tests.
 *
 * @module
 */

/** The interpreter itself: a version manager's `python3` is a shell script that takes 20 times as long to start. */
export const PYTHON = interpreter();

function interpreter(): string {
  if (Bun.which("python3") === null) return "python3";
  const { stdout } = Bun.spawnSync(["python3", "-c", "import sys; print(sys.executable)"]);
  return stdout.toString().trim() || "python3";
}
