/**
 * A gateway in plain JavaScript for Node: some routes of its own, and the health endpoint.
 * Its arguments: "root" or "file", the path of that, the root that beats go to.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { mountHealth, nodeAdapter, reportFile, rootScans } from "lazarus-pit/handler";

const [, , kind, path, root] = process.argv;
const plan = kind === "root" ? rootScans(path, 500) : reportFile(path, 1000);
const wishes = { root, beatSecret: "the-secret-behind-the-beats", maxClients: 1 };
const mounted = mountHealth(plan, wishes);
const health = nodeAdapter(mounted.handler);

async function ownRoutes(request, response) {
  if (request.url === "/echo") response.end(await text(request));
  else response.writeHead(404).end("the gateway has no such path\n");
}

const server = createServer((request, response) =>
  health(request, response, () => ownRoutes(request, response)),
);
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.once("SIGTERM", () => {
  mounted.stop();
  server.close();
  server.closeAllConnections();
});
