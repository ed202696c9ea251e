import { assertEquals, assertRejects } from "@std/assert";
import { bodyStream } from "../../src/http/body_stream.ts";
import { decode, encode, ScriptedBody } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

const same = (error: unknown): unknown => error;

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  for (let step = await reader.read(); !step.done; step = await reader.read()) chunks.push(step.value);
  return decode(chunks);
}

for (const later of [false, true]) {
  const when = later ? "late" : "at once";

  test(`bodyStream() streams a body that arrives ${when}`, async () => {
    assertEquals(await readAll(bodyStream(new ScriptedBody(["ab", "c", "€"], later), same)), "abc€");
    assertEquals(await readAll(bodyStream(new ScriptedBody([], later), same)), "");
  });

  test(`bodyStream() fills the buffers of a reader that brings them, ${when}`, async () => {
    const reader = bodyStream(new ScriptedBody(["ab", "cdef", "g"], later), same).getReader({ mode: "byob" });
    const got: (string | undefined)[] = [];
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(3));
      got.push(value === undefined ? undefined : decode([value]));
      if (done) break;
    }
    assertEquals(got, ["ab", "cde", "f", "g", ""]);
  });

  test(`bodyStream() errors, explained, when the body fails ${when}`, async () => {
    const body = new ScriptedBody(["a", new Error("reset")], later);
    const reader = bodyStream(body, (error) => new Error(`explained ${(error as Error).message}`)).getReader();
    assertEquals(decode([(await reader.read()).value!]), "a");
    await assertRejects(() => reader.read(), Error, "explained reset");
  });
}

test("bodyStream() reads nothing before it is asked and no more than is asked", async () => {
  const body = new ScriptedBody(["a", "b", "c"]);
  const reader = bodyStream(body, same).getReader();
  await Promise.resolve();
  assertEquals(body.reads, 0);
  await reader.read();
  assertEquals(body.reads, 1);
});

test("bodyStream() cancels the body", async () => {
  const body = new ScriptedBody(["a"]);
  await bodyStream(body, same).cancel(new Error("why"));
  const other = new ScriptedBody(["a"]);
  await bodyStream(other, same).cancel("text");
  assertEquals([body.log, other.log], [["cancel why"], ["cancel"]]);
});

test("bodyStream() leaves memory alone that a chunk shares with others", async () => {
  const shared = encode("abcd");
  const body = new ScriptedBody([shared.subarray(0, 2), shared.subarray(2)]);
  assertEquals([await readAll(bodyStream(body, same)), shared.length], ["abcd", 4]);
});
