/** `client.fetch` beside the runtime's own `fetch`: what both do stands in tables that run on both. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ConnectError,
  CookieJar,
  IncompleteReadError,
  JetstreamError,
  RedirectError,
  TimeoutError,
  type WebFetch,
} from "../../mod.ts";
import { behaviour, type Subject } from "../support/behaviour.ts";

interface Echo {
  method: string;
  text: string;
  length: number;
  headers: Record<string, string>;
}

const echo = async (response: Response): Promise<Echo> => await response.json() as Echo;
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function form(): FormData {
  const data = new FormData();
  data.append("a", "1");
  return data;
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes("one "));
  yield bytes("two");
}

/** The runtime's own `fetch` keeps its connections to itself. */
const CLOSE = { h: "Connection:close" };

const BODIES: readonly [what: string, body: () => BodyInit, text: string, type: RegExp | undefined][] = [
  ["text", () => "höi", "höi", /^text\/plain;\s*charset=utf-8$/i],
  ["bytes", () => bytes("abc"), "abc", undefined],
  ["a buffer", () => bytes("abc").buffer, "abc", undefined],
  ["a view", () => new DataView(bytes("xabc").buffer, 1), "abc", undefined],
  ["a blob", () => new Blob(["abc"], { type: "text/css" }), "abc", /^text\/css/],
  ["parameters", () => new URLSearchParams({ a: "1 2" }), "a=1+2", /^application\/x-www-form-urlencoded/],
  ["a form", form, 'name="a"', /^multipart\/form-data; ?boundary=/],
  ["a stream", () => new Blob(["one two"]).stream(), "one two", undefined],
  ["an async iterable", () => chunks() as unknown as BodyInit, "one two", undefined],
];

for (const [what, body, text, type] of BODIES) {
  behaviour(`fetch() sends ${what} as the web does`, async ({ client, url }) => {
    for (const each of [client().fetch, fetch as WebFetch]) {
      const init = { method: "POST", body: body(), duplex: "half" } as const;
      const { method, text: sent, headers } = await echo(await each(url("/echo", CLOSE), init));
      assertEquals(method, "POST");
      assert(sent.includes(text), sent);
      // Bun's own names no type for text.
      if (each === fetch) continue;
      const found = headers["content-type"];
      if (type === undefined) assertEquals(found, undefined);
      else assert(type.test(found ?? ""), found);
    }
  });
}

behaviour("fetch() sends the length of a Request that was made of text", async ({ client, url }) => {
  for (const each of [client().fetch, fetch as WebFetch]) {
    const { text, headers } = await echo(
      await each(new Request(url("/echo", CLOSE), { method: "POST", body: "hello" })),
    );
    assertEquals([text, headers["content-length"]], ["hello", "5"]);
  }
});

behaviour("fetch() gives a genuine Response whose headers do not change", async ({ client, url }) => {
  const response = await client().fetch(url("/echo", { h: ["Set-Cookie:a=1", "Set-Cookie:b=2", "X-A:1"] }));
  assert(response instanceof Response);
  assertEquals([response.status, response.ok, response.type, response.redirected], [200, true, "basic", false]);
  assertEquals(response.url, url("/echo", { h: ["Set-Cookie:a=1", "Set-Cookie:b=2", "X-A:1"] }));
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals(response.headers.get("x-a"), "1");
  await assertRejects(async () => await response.headers.set("x-a", "2"), TypeError, "immutable");
  const clone = response.clone();
  assertEquals([clone.url, clone.redirected], [response.url, false]);
  assertEquals(await clone.text(), await response.text());
});

behaviour("fetch() leaves every status to the caller", async ({ client, url }) => {
  const c = client({ raiseForStatus: true, retry: false });
  for (const status of [400, 404, 500]) assertEquals((await c.fetch(url(`/status/${status}`))).status, status);
  const empty = await c.fetch(url("/status/204"));
  assertEquals([empty.status, empty.body], [204, null]);
  assertEquals((await c.fetch(url("/echo"), { method: "HEAD" })).body, null);
});

behaviour("fetch() needs no this and takes the options of its client", async ({ client, url }) => {
  const { fetch } = client({ headers: { "x-client": "yes" }, baseUrl: url("") });
  const { headers } = await echo(await fetch("/echo", { headers: { "x-call": "yes" } }));
  assertEquals([headers["x-client"], headers["x-call"]], ["yes", "yes"]);
});

behaviour(
  "fetch() retries, follows with cookies and decodes by the stack of its client",
  async ({ client, url, id }) => {
    const jar = new CookieJar();
    const c = client({ cookies: jar, retry: { backoff: () => 0 } });
    assertEquals((await c.fetch(url("/sequence", { id, statuses: "503,reset,200" }))).status, 200);
    const to = url("/echo");
    const followed = await c.fetch(url("/redirect", { to, h: "Set-Cookie:seen=1; Path=/" }));
    assertEquals([followed.redirected, followed.url], [true, to]);
    assertEquals((await echo(followed)).headers.cookie, "seen=1");
    const coded = await c.fetch(url("/encoded/gzip", { body: "plain" }));
    assertEquals(await coded.text(), "plain");
    const omitted = await echo(await c.fetch(to, { credentials: "omit" }));
    assertEquals(omitted.headers.cookie, undefined);
  },
);

behaviour("fetch() sends a Request's text again where a redirect asks for it", async ({ client, url }) => {
  const at = url("/redirect", { to: url("/echo", CLOSE), status: 307, ...CLOSE });
  for (const each of [client().fetch, fetch as WebFetch]) {
    const { method, text } = await echo(await each(new Request(at, { method: "POST", body: "again" })));
    assertEquals([method, text], ["POST", "again"]);
  }
});

behaviour("fetch() shows a redirect in mode manual and fails in mode error", async ({ client, url }) => {
  const at = url("/redirect", { to: "/elsewhere", ...CLOSE });
  for (const each of [client().fetch, fetch as WebFetch]) {
    const shown = await each(at, { redirect: "manual" });
    assertEquals([shown.status, shown.headers.get("location"), shown.redirected], [302, "/elsewhere", false]);
    await shown.body?.cancel();
    await assertRejects(() => each(at, { redirect: "error" }), TypeError);
  }
  const error = await assertRejects(() => client().fetch(at, { redirect: "error" }), TypeError);
  assert(error.cause instanceof RedirectError);
});

const ABORTS: readonly [when: string, path: string][] = [
  ["before", "/echo"],
  ["while it waits for the head", "/delay/20000"],
  ["while the body comes", "/stall"],
];

for (const [when, path] of ABORTS) {
  behaviour(`fetch() fails with the reason of the signal when aborted ${when}`, async ({ client, url }) => {
    const controller = new AbortController();
    const reason = { mine: true };
    const abort = (): void => controller.abort(reason);
    if (when === "before") abort();
    if (when === "while it waits for the head") setTimeout(abort, 50);
    const text = async (): Promise<string> => {
      const reading = (await client().fetch(url(path), { signal: controller.signal })).text();
      setTimeout(abort, 50);
      return await reading;
    };
    assertStrictEquals(await text().catch((error) => error), reason);
  });
}

behaviour("fetch() fails with the web's AbortError when aborted without a reason", async ({ client, url }) => {
  const error = await client().fetch(url("/echo"), { signal: AbortSignal.abort() }).catch((error) => error);
  assertEquals([error instanceof DOMException, error.name], [true, "AbortError"]);
  const late = await client().fetch(url("/delay/20000"), { signal: AbortSignal.timeout(20) }).catch((error) => error);
  assertEquals([late instanceof DOMException, late.name], [true, "TimeoutError"]);
});

type Failure = abstract new (...args: never[]) => Error;

const FAILURES: readonly [what: string, run: (subject: Subject) => Promise<unknown>, cause: Failure][] = [
  ["nobody listens", ({ client }) => client({ retry: false }).fetch("http://127.0.0.1:1/"), ConnectError],
  [
    "a limit passes",
    ({ client, url }) => client({ timeout: { head: 30 }, retry: false }).fetch(url("/delay/20000")),
    TimeoutError,
  ],
  [
    "the body is cut short",
    async ({ client, url }) => {
      return await (await client().fetch(url("/file", { size: 10, steps: "cut:3" }))).text();
    },
    IncompleteReadError,
  ],
  [
    "the client is closed",
    async ({ client, url }) => {
      const c = client();
      const going = c.fetch(url("/delay/20000"));
      going.catch(() => {});
      await c.close();
      return await going;
    },
    JetstreamError,
  ],
];

for (const [what, run, cause] of FAILURES) {
  behaviour(`fetch() fails with a TypeError and its cause when ${what}`, async (subject) => {
    const error = await assertRejects(() => run(subject), TypeError);
    assert(error.cause instanceof cause, `${error.cause}`);
    assertEquals(error.message, error.cause.message);
  });
}

behaviour("fetch() receives the body as it is read", async ({ client, url }) => {
  const response = await client().fetch(url("/bytes/8000000"));
  const reader = response.body!.getReader();
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) length += step.value.length;
  assertEquals(length, 8_000_000);
  const dropped = await client().fetch(url("/bytes/8000000"));
  await dropped.body!.cancel();
});

behaviour("fetch() answers before a stream that it sends has ended", async ({ client, url }) => {
  let end!: () => void;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes("first"));
      end = () => controller.error();
    },
  });
  const response = await client({ retry: false }).fetch(url("/early"), { method: "POST", body, duplex: "half" });
  assertEquals(response.status, 413);
  await response.text();
  end();
});
