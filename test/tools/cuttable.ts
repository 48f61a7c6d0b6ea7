/**
 * A proxy to a server whose connections can be cut: data vanishes, and neither side gets a reset.
 *
 * @module
 */
import { connect, createServer, type Socket } from "node:net";

export interface Way {
  /** Where clients connect to. */
  readonly endpoint: string;
  cut(): void;
  /** Lets new connections through; closes the earlier ones, which lost data. */
  mend(): void;
  stop(): void;
}

/** Starts a proxy on loopback to the server at `url`. */
export async function wayTo(url: string): Promise<Way> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const pipe = (from: Socket, to: Socket) => {
    from.on("data", (data) => isCut || to.write(data));
    from.on("error", () => {});
    from.on("close", () => isCut || to.destroy());
    sockets.add(from);
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    pipe(client, upstream);
    pipe(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const destroyAll = () => {
    for (const each of sockets) each.destroy();
    sockets.clear();
  };
  return {
    endpoint: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    cut: () => void (isCut = true),
    mend() {
      isCut = false;
      destroyAll();
    },
    stop() {
      destroyAll();
      server.close();
    },
  };
}
