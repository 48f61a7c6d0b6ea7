import { expect, test } from "bun:test";
import { createHandler } from "../../lib/http/handler.ts";
import { withProbeCache } from "../../lib/http/probe-cache.ts";
import { until } from "../tools/endpoint.ts";

const A_MINUTE = 60_000;

/** A handler that responds with `status` and the number of its calls. */
function counting(status = 200, cacheMs = A_MINUTE) {
  let count = 0;
  const make = () => new Response(`${++count}`, { status, headers: { "X-One": "1" } });
  const handler = withProbeCache(make, cacheMs);
  return async (address: string, method = "GET") => {
    const response = await handler(new Request(address, { method }));
    expect(response?.headers.get("X-One")).toBe("1");
    return response?.text();
  };
}

const HERE = "http://127.0.0.1:8471";

test.each(["/livez", "/readyz", "/health"])("%s is cached", async (path) => {
  const ask = counting();
  for (let turn = 0; turn < 3; turn++) expect(await ask(HERE + path)).toBe("1");
});

test("the cache expires", async () => {
  const ask = counting(200, 20);
  for (const count of ["1", "2", "3"])
    await until(async () => (await ask(`${HERE}/health`)) === count);
});

test.each(["/", "/v1/report", "/v1/events", "/metrics", "/health?x", "/health/", "/x/health"])(
  "%s is not cached",
  async (path) => {
    const ask = counting();
    expect([await ask(HERE + path), await ask(HERE + path)]).toEqual(["1", "2"]);
  },
);

test("a response cached for GET is not used for another method, name or port", async () => {
  const ask = counting();
  expect(await ask(`${HERE}/health`)).toBe("1");
  expect(await ask(`${HERE}/health`, "POST")).toBe("2");
  expect(await ask("http://evil.example:8471/health")).toBe("3");
  expect(await ask("http://127.0.0.1:1/health")).toBe("4");
});

test.each([403, 405, 503])("a response %d is not cached", async (status) => {
  const ask = counting(status);
  expect([await ask(`${HERE}/health`), await ask(`${HERE}/health`)]).toEqual(["1", "2"]);
});

test("invented URLs do not fill the memory", async () => {
  const ask = counting();
  for (let port = 1; port <= 16; port++) await ask(`http://localhost:${port}/health`);
  expect(await ask("http://localhost:17/health")).toBe("17");
  expect(await ask("http://localhost:17/health")).toBe("18");
  expect(await ask("http://localhost:1/health")).toBe("1");
});

test("over a socket, a cached response is not sent for another Host name or method", async () => {
  const poller = { isProducing: () => true };
  const endpoint = { hosts: [], poller } as unknown as Parameters<typeof createHandler>[0];
  const handler = withProbeCache(createHandler(endpoint), A_MINUTE);
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    development: false,
    fetch: (request) => handler(request) as Response,
  });
  const ask = (init: RequestInit = {}) => fetch(new URL("/livez", server.url), init);
  for (let turn = 0; turn < 20; turn++) {
    expect(await (await ask()).text()).toBe("ok\n");
    expect((await ask({ headers: { Host: "evil.example" } })).status).toBe(403);
    expect((await ask({ headers: { Host: `evil.example:${server.port}` } })).status).toBe(403);
    expect((await ask({ method: "POST" })).headers.get("Allow")).toBe("GET, HEAD");
    const head = await ask({ method: "HEAD" });
    expect([head.status, head.headers.get("Content-Length")]).toEqual([200, "3"]);
  }
});
