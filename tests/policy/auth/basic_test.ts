import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Auth, AuthContext } from "../../../src/core/auth.ts";
import { basic } from "../../../src/policy/auth/basic.ts";
import { requestOf } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";

const sent = async (auth: Auth, headers = {}): Promise<string | null> => {
  const step = await auth.flow(requestOf("GET", "https://a.test/", headers), {} as AuthContext).next(
    undefined as never,
  );
  return step.value!.headers.get("authorization");
};

test("basic() sends user and password with the first request", async () => {
  // RFC 7617 section 2, and section 2.1 for UTF-8.
  assertEquals(await sent(basic("Aladdin", "open sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  assertEquals(await sent(basic("test", "123\u00a3")), "Basic dGVzdDoxMjPCow==");
  assertEquals(await sent(basic("", "")), "Basic Og==");
  assertEquals(await sent(basic("a", "b:c")), "Basic YTpiOmM=");
});

test("basic() ends after its request, whatever is answered", () => {
  const flow = basic("a", "b").flow(requestOf("GET", "https://a.test/"), {} as AuthContext) as Generator;
  flow.next();
  assertEquals(flow.next({ status: 401 }), { done: true, value: undefined });
});

test("basic() leaves a field alone that was written by hand", async () => {
  assertEquals(await sent(basic("a", "b"), { Authorization: "mine" }), "mine");
});

test("basic() refuses a user with a colon, without printing it", () => {
  const error = assertThrows(() => basic("canary:x", "y"), TypeError, "the user holds a colon");
  assert(!error.message.includes("canary"));
});

test("basic() prints without secrets", () => {
  const auth = basic("canary-user", "canary-password");
  const inspect = (auth as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")]!;
  const text = inspect.call(auth) + JSON.stringify(auth) + JSON.stringify({ ...auth }) + String(auth);
  assert(text.includes("Basic") && !text.includes("canary") && !text.includes("Y2FuYXJ5"), text);
});
