import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { BodyIterator, type BodyMachine } from "../../src/http/body_iterator.ts";
import { AnyChunks, Lines } from "../../src/http/body_machines.ts";
import { decode, ScriptedBody } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

const same = (error: unknown): unknown => error;

function lines(parts: readonly (string | Error)[], later = false): { body: ScriptedBody; lines: BodyIterator<string> } {
  const body = new ScriptedBody(parts, later);
  return { body, lines: new BodyIterator(body, new Lines("utf-8"), same) };
}

for (const later of [false, true]) {
  const when = later ? "late" : "at once";

  test(`BodyIterator gives every item of a body that arrives ${when}`, async () => {
    const { body, lines: iterator } = lines(["a\nb", "\n", "c\nd"], later);
    assertEquals(await Array.fromAsync?.(iterator) ?? await gather(iterator), ["a", "b", "c", "d"]);
    assertEquals([await iterator.next(), body.log], [{ done: true, value: undefined }, []]);
  });

  test(`BodyIterator cancels a body that arrives ${when} when the loop is left`, async () => {
    const { body, lines: iterator } = lines(["a\nb\n", "c\n"], later);
    for await (const line of iterator) if (line === "a") break;
    assertEquals([body.log, await iterator.next()], [["cancel"], { done: true, value: undefined }]);
    await iterator.return();
    assertEquals(body.log, ["cancel"]);
  });

  test(`BodyIterator does not cancel what has ended ${when}`, async () => {
    const { body, lines: iterator } = lines(["a"], later);
    await gather(iterator);
    await iterator.return();
    assertEquals(body.log, []);
  });

  test(`BodyIterator keeps order when next() is called ahead of a body that arrives ${when}`, async () => {
    const { lines: iterator } = lines(["a\nb\n", "c\n", "d"], later);
    const steps = await Promise.all(Array.from({ length: 6 }, () => iterator.next()));
    assertEquals(steps.map(({ value }) => value), ["a", "b", "c", "d", undefined, undefined]);
    assertEquals(steps.map(({ done }) => done), [false, false, false, false, true, true]);
  });

  test(`BodyIterator fails once, explained, when the body fails ${when}`, async () => {
    const body = new ScriptedBody(["a\n", new Error("reset")], later);
    const iterator = new BodyIterator(
      body,
      new Lines("utf-8"),
      (error) => new Error(`explained ${(error as Error).message}`),
    );
    assertEquals((await iterator.next()).value, "a");
    await assertRejects(() => iterator.next(), Error, "explained reset");
    assertEquals(await iterator.next(), { done: true, value: undefined });
  });

  test(`BodyIterator cancels a body that arrives ${when} when its machine fails`, async () => {
    const failing: BodyMachine<string> = {
      push: () => {
        throw new Error("too long");
      },
      end: () => {},
    };
    const body = new ScriptedBody(["a", "b"], later);
    await assertRejects(() => new BodyIterator(body, failing, same).next(), Error, "too long");
    assertEquals(body.log, ["cancel"]);
  });
}

test("BodyIterator hands out what was made before its machine failed", async () => {
  const machine: BodyMachine<string> = {
    push: (_, items) => {
      items.push("1", "2");
      throw new Error("third");
    },
    end: () => {},
  };
  const body = new ScriptedBody(["a", "b"]);
  const iterator = new BodyIterator(body, machine, same);
  assertEquals([(await iterator.next()).value, (await iterator.next()).value, body.log], ["1", "2", []]);
  await assertRejects(() => iterator.next(), Error, "third");
  assertEquals([await iterator.next(), body.log], [{ done: true, value: undefined }, ["cancel"]]);
});

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("BodyIterator ends a pending read in silence when it is left", async () => {
  const { body, lines: iterator } = lines(["a\n", "b\n"], true);
  const pending = iterator.next();
  await iterator.return();
  assertEquals([await pending, body.log], [{ done: true, value: undefined }, ["cancel"]]);
});

test("BodyIterator takes what has arrived without asking for more than it needs", async () => {
  const body = new ScriptedBody(["a", "b", "c"]);
  const iterator = new BodyIterator(body, new AnyChunks(), same);
  assertStrictEquals(iterator[Symbol.asyncIterator](), iterator);
  assertEquals([decode([(await iterator.next()).value!]), body.reads], ["a", 1]);
  await iterator.next();
  assertEquals(body.reads, 2);
});
