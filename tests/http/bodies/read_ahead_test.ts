import { assert, assertEquals, assertRejects } from "@std/assert";
import { MOST_AHEAD, readAhead } from "../../../src/http/bodies/read_ahead.ts";
import { test } from "../../support/suite.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = async (body: Uint8Array | ReadableStream<Uint8Array>): Promise<string> =>
  await new Response(body as BodyInit).text();

/** The body of a web Request, as `fetch` is given it. */
function bodyOf(body: BodyInit): ReadableStream<Uint8Array> {
  return new Request("http://a.test", { method: "POST", body }).body!;
}

const AT_HAND: readonly [what: string, body: () => BodyInit][] = [
  ["text", () => "hello"],
  ["no text", () => ""],
  ["bytes", () => bytes("hello") as BodyInit],
  ["a form", () => new URLSearchParams({ a: "1" })],
  ["much text", () => "x".repeat(500_000)],
];

for (const [what, body] of AT_HAND) {
  test(`readAhead() makes bytes of a Request's body that was ${what}`, async () => {
    const ahead = await readAhead(bodyOf(body()));
    assert(ahead instanceof Uint8Array);
    assertEquals(await text(ahead), await new Response(body()).text());
  });
}

test("readAhead() waits for no chunk that is not there, and loses none that is", async () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const ahead = await readAhead(new ReadableStream({ start: (c) => void (controller = c).enqueue(bytes("a")) }));
  assert(ahead instanceof ReadableStream);
  controller.enqueue(bytes("b"));
  controller.enqueue(bytes("c"));
  controller.close();
  assertEquals(await text(ahead), "abc");
});

test("readAhead() stops at its limit", async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled++;
      controller.enqueue(new Uint8Array(MOST_AHEAD / 4));
    },
  }, { highWaterMark: 0 });
  const ahead = await readAhead(endless);
  assert(ahead instanceof ReadableStream);
  assertEquals(pulled, 5);
  await ahead.cancel();
});

test("readAhead() leaves a failure to who reads on, and cancels what it holds", async () => {
  const failing = await readAhead(new ReadableStream({ pull: () => Promise.reject(new Error("broken")) }));
  assert(failing instanceof ReadableStream);
  await assertRejects(() => text(failing), Error, "broken");
  let reason: unknown;
  const held = await readAhead(new ReadableStream({ cancel: (why) => void (reason = why) }));
  await (held as ReadableStream).cancel("enough");
  assertEquals(reason, "enough");
});
