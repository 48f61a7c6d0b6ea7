/** Large answers in zstd or gzip, for clients that accept it. */
import { expect, test } from "bun:test";
import openapi from "../../config/openapi.json";
import { sharedResponse } from "../../lib/http/compression.ts";
import { page } from "../../lib/http/page-route.ts";
import { PartedText } from "../../lib/http/parted-text.ts";
import { idOf } from "../tools/cells.ts";
import { handlerOf, pollerOf, reportOf } from "../tools/sources.ts";

const cells = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [idOf(n + 1), {}]));
const handler = handlerOf(await pollerOf(reportOf(cells)), { page, openapi });

async function ask(path: string, encoding: string, more: Record<string, string> = {}) {
  const headers = { "Accept-Encoding": encoding, ...more };
  const response = await handler(new Request(`http://localhost${path}`, { headers }));
  if (response === undefined) throw new Error(`${path} is none of its paths`);
  return response;
}

test.each(["/v1/report", "/metrics", "/openapi.json", "/"])(
  "%s is the same text, compressed",
  async (path) => {
    const plain = await ask(path, "identity");
    const packed = await ask(path, "br;q=1.0, gzip;q=0.8, *;q=0.1");
    expect(plain.headers.get("Content-Encoding")).toBeNull();
    expect(packed.headers.get("Content-Encoding")).toBe("gzip");
    for (const each of [plain, packed])
      expect(each.headers.get("Vary")?.includes("Accept-Encoding")).toBe(true);
    const bytes = new Uint8Array(await packed.arrayBuffer());
    const text = await plain.text();
    expect(bytes.length).toBeLessThan(text.length / 2);
    expect(new TextDecoder().decode(Bun.gunzipSync(bytes)) === text).toBe(true);
  },
);

test.each([
  ["gzip, deflate, br, zstd", "zstd"],
  ["zstd;q=0.5, gzip", "gzip"],
  ["zstd;q=0, gzip;q=0.1", "gzip"],
  ["ZSTD", "zstd"],
])("a client that sends %j gets %s, also from the cache", async (encoding, coding) => {
  const plain = await (await ask("/v1/report", "identity")).text();
  for (const time of ["first", "second"]) {
    const packed = await ask("/v1/report", encoding);
    expect([time, packed.headers.get("Content-Encoding")]).toEqual([time, coding]);
    const bytes = new Uint8Array(await packed.arrayBuffer());
    const unpacked = coding === "zstd" ? Bun.zstdDecompressSync(bytes) : Bun.gunzipSync(bytes);
    expect(new TextDecoder().decode(unpacked) === plain).toBe(true);
  }
});

test.each(["", "br", "gzip;q=0", "gzip; q=0.000", "notgzip", "*;q=0", "gzip;q=0.5, identity"])(
  "a client that sends %j gets plain text",
  async (encoding) => {
    const response = await ask("/v1/report", encoding);
    expect(response.headers.get("Content-Encoding")).toBeNull();
  },
);

const tagOf = async (form: string) => (await ask("/v1/report", form)).headers.get("ETag") ?? "";

test("each form has a tag of its own, so that no cache takes one for another", async () => {
  const forms = ["zstd", "gzip", "identity"];
  const tags = await Promise.all(forms.map(tagOf));
  expect(tags.map((tag) => tag.startsWith("W/"))).toEqual([true, true, false]);
  for (const form of forms)
    for (const [at, tag] of tags.entries()) {
      const { status } = await ask("/v1/report", form, { "If-None-Match": tag });
      expect([form, tag, status]).toEqual([form, tag, forms[at] === form ? 304 : 200]);
    }
});

test.each(["gzip", "identity"])(
  "304 has the tag of the form that was sent, which a cache keeps (%s)",
  async (encoding) => {
    const tag = (await ask("/v1/report", encoding)).headers.get("ETag");
    const again = await ask("/v1/report", encoding, { "If-None-Match": tag ?? "" });
    expect([again.status, again.headers.get("ETag")]).toEqual([304, tag]);
  },
);

test("the page is sent in 24 KiB at most", async () => {
  for (const encoding of ["gzip", "zstd"])
    expect((await (await ask("/", encoding)).blob()).size).toBeLessThanOrEqual(24 * 1024);
});

test("small answers are sent as they are", async () => {
  expect((await ask("/livez", "gzip")).headers.get("Content-Encoding")).toBeNull();
});

test("a body whose compression failed once is compressed for the next request", async () => {
  let failures = 1;
  const body = new PartedText(1, () => {
    if (failures-- > 0) throw new Error("no memory");
    return ["all of it"];
  });
  const request = new Request("http://localhost/", { headers: { "Accept-Encoding": "gzip" } });
  const answer = async () => await sharedResponse(request, { type: "text/plain", body });
  expect(await answer().catch(String)).toBe("Error: no memory");
  const bytes = new Uint8Array(await (await answer()).arrayBuffer());
  expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe("all of it");
});
