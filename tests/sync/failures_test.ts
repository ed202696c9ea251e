/** What the caller's own functions throw: it comes out as it was thrown, whatever it is. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { bridge } from "../../src/sync/bridge.ts";
import { Client, type JetstreamError } from "../../sync.ts";
import { origin } from "../support/origin.ts";
import { test, type TestContext } from "../support/suite.ts";

const server = await origin();
const echo = `${server.http}/echo`;

/** What a call throws of which a layer throws `failure`. */
function passed(t: TestContext, failure: unknown): unknown {
  const client = new Client().use(() => {
    throw failure;
  });
  t.after(() => client.close());
  try {
    client.get(echo);
  } catch (error) {
    assertEquals(client.stats().calls, 0);
    return error;
  }
  throw new Error("Nothing was thrown");
}

test("an error of the caller's keeps its stack", (t) => {
  const mine = new Error("mine");
  const { stack } = mine;
  assertStrictEquals(passed(t, mine), mine);
  assertEquals(mine.stack, stack);
});

test("a frozen error of the caller's comes out as it is", (t) => {
  const frozen = Object.freeze(new RangeError("frozen"));
  assertStrictEquals(passed(t, frozen), frozen);
});

test("an error of the caller's that cannot cross as a whole comes out as it is, and its call ends", (t) => {
  const cyclic = new Error("cyclic");
  cyclic.cause = cyclic;
  const throwing = new Error("throwing");
  Object.defineProperty(throwing, "name", {
    get: () => {
      throw new Error("no name");
    },
  });
  Object.defineProperty(throwing, "message", {
    get: () => {
      throw new Error("no message");
    },
  });
  const failures = [
    new Error("signal", { cause: new AbortController().signal }),
    new Error("promise", { cause: Promise.resolve(1) }),
    new Error("stream", { cause: new ReadableStream() }),
    cyclic,
    throwing,
  ];
  for (const failure of failures) assert(passed(t, failure) === failure, "another error came out");
});

test("a hook's failure that cannot cross is named by the error of the client", (t) => {
  const mine = new Error("mine", { cause: new AbortController().signal });
  const client = new Client({
    hooks: {
      request: [() => {
        throw mine;
      }],
    },
  });
  t.after(() => client.close());
  const { error } = client.result.get(echo) as unknown as { error: JetstreamError };
  assertEquals(error.code, "HOOK_FAILED");
  assertStrictEquals(error.cause, mine);
});

test("a function that a layer hands to its call is lent for the call", (t) => {
  let settled = 0;
  const client = new Client().use((request, next, call) => {
    call.onSettled(() => settled++);
    return next(request);
  });
  t.after(() => client.close());
  client.get(echo);
  const before = bridge().lent;
  for (let call = 0; call < 5; call++) client.get(echo);
  assertEquals([settled, bridge().lent], [6, before]);
});

test("what a client that could not be made, or a layer that could not be added, had lent is taken back", (t) => {
  const client = new Client();
  t.after(() => client.close());
  const before = bridge().lent;
  for (let round = 0; round < 3; round++) {
    for (
      const misuse of [
        () => new Client({ onEvent: () => {}, unknown: 1 } as object),
        () => client.use((request, next) => next(request), { level: "nowhere" } as never),
      ]
    ) {
      try {
        misuse();
        throw new Error("It was taken");
      } catch (error) {
        assert(error instanceof TypeError || error instanceof RangeError, String(error));
      }
    }
  }
  assertEquals(bridge().lent, before);
});
