/**
 * A bug is reported in full to the developer, with control characters escaped, because its text
 * may contain a name from a cell.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { run } from "../tools/program.ts";

const LIB = join(import.meta.dir, "../../lib");
const BUG = `new Error("met \\u001b[2J")`;
const bun = (script: string) => run([process.execPath, "-e", script]);

test("a program's bug ends it with 70 and its stack", async () => {
  const { code, stderr } = await bun(`
    import { runTool } from "${LIB}/cli/tool.ts";
    const run = () => { throw ${BUG}; };
    await runTool({ name: "x", summary: "", args: {}, notes: "", run }, []);`);
  expect(code).toBe(70);
  expect(stderr).toStartWith("x: bug: Error: met \\u{1b}[2J\n    at ");
  expect(stderr).toEndWith("\nx: hint: this is a bug: report it with the lines above\n");
});

test("a handler's bug is logged by the gateway, and not shown to the client", async () => {
  const { stdout, stderr } = await bun(`
    import { createServer } from "node:http";
    import { nodeAdapter } from "${LIB}/http/embed/node-adapter.ts";
    const server = createServer(nodeAdapter(() => { throw ${BUG}; }));
    server.listen(0, "127.0.0.1", async () => {
      const answer = await fetch("http://127.0.0.1:" + server.address().port);
      console.log(answer.status, (await answer.json()).error.code);
      process.exit(0);
    });`);
  expect(stdout).toBe("500 bug\n");
  expect(stderr).toStartWith("health endpoint: bug: Error: met \\u{1b}[2J\n    at ");
});
