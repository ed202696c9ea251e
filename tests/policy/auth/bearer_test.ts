import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Auth } from "../../../src/core/auth.ts";
import { authLayer } from "../../../src/policy/auth/auth_layer.ts";
import { bearer, type TokenProvider, type TokenState } from "../../../src/policy/auth/bearer.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { authHost } from "../../support/auth_host.ts";
import { type Reply, requestOf, TestCall } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";

const URL = "https://api.test/";
const layer = authLayer(authHost());

/** Sends one call; gives the tokens that went out and the last status. */
async function send(
  scheme: Auth,
  replies: readonly Reply[] = [{}],
  clock = new FakeClock(),
): Promise<[string[], number]> {
  const call = new TestCall(replies, { auth: { scheme, origin: null } }, { clock });
  const response = await call.send(requestOf("GET", URL), layer);
  return [call.net.requests.map(({ headers }) => headers.get("authorization")!), response.status];
}

/** Gives t1, t2, … and remembers what it was told. */
function counting(make: (n: number) => ReturnType<TokenProvider>): { provider: TokenProvider; states: TokenState[] } {
  const states: TokenState[] = [];
  return { provider: (state) => make(states.push(state)), states };
}

test("bearer() sends a fixed token, and no other when it is refused", async () => {
  assertEquals(await send(bearer("abc"), [{ status: 401 }]), [["Bearer abc"], 401]);
});

test("bearer() asks the provider for each request when it gives plain strings", async () => {
  const { provider, states } = counting((n) => `t${n}`);
  const auth = bearer(provider);
  assertEquals([await send(auth), await send(auth)], [[["Bearer t1"], 200], [["Bearer t2"], 200]]);
  assertEquals(states, [{ refused: undefined }, { refused: undefined }]);
});

test("bearer() keeps a token without an end until it is refused", async () => {
  const { provider, states } = counting((n) => Promise.resolve({ token: `t${n}` }));
  const auth = bearer(provider);
  assertEquals([await send(auth), await send(auth)], [[["Bearer t1"], 200], [["Bearer t1"], 200]]);
  assertEquals(await send(auth, [{ status: 401 }, {}]), [["Bearer t1", "Bearer t2"], 200]);
  assertEquals(await send(auth), [["Bearer t2"], 200]);
  assertEquals(states, [{ refused: undefined }, { refused: "t1" }]);
});

test("bearer() renews a token 30 seconds before its end", async () => {
  const clock = new FakeClock();
  const { provider } = counting((n) => ({ token: `t${n}`, expiresAt: clock.wall() + 100_000 }));
  const auth = bearer(provider);
  await send(auth, [{}], clock);
  clock.tickSync(69_999);
  assertEquals((await send(auth, [{}], clock))[0], ["Bearer t1"]);
  clock.tickSync(1);
  assertEquals((await send(auth, [{}], clock))[0], ["Bearer t2"]);
});

test("bearer() sends again once only", async () => {
  const { provider, states } = counting((n) => `t${n}`);
  assertEquals(await send(bearer(provider), [{ status: 401 }]), [["Bearer t1", "Bearer t2"], 401]);
  assertEquals(states.length, 2);
});

test("bearer() does not send again when the provider insists on the refused token", async () => {
  const { provider, states } = counting(() => "same");
  const auth = bearer(provider);
  assertEquals(await send(auth, [{ status: 401 }]), [["Bearer same"], 401]);
  assertEquals(await send(auth, [{ status: 401 }]), [["Bearer same"], 401]);
  assertEquals(states.map(({ refused }) => refused), [undefined, "same", undefined, "same"]);
});

test("bearer() does not take other statuses as a refusal", async () => {
  const { provider } = counting((n) => `t${n}`);
  assertEquals(await send(bearer(provider), [{ status: 403 }]), [["Bearer t1"], 403]);
});

test("bearer() asks once for all that were refused at the same time", async () => {
  let release = (_: { token: string }): void => {};
  const { provider, states } = counting((n) =>
    n === 1 ? { token: "old" } : new Promise<{ token: string }>((resolve) => release = resolve)
  );
  const scheme = bearer(provider);
  const calls = Array.from({ length: 10 }, () => {
    const replies = [{ status: 401 }, {}];
    return new TestCall(replies, { auth: { scheme, origin: null } });
  });
  const pending = calls.map((call) => call.start(requestOf("GET", URL), layer));
  await calls[0]!.clock.tick();
  assertEquals(states.length, 2);
  release({ token: "new" });
  assertEquals((await Promise.all(pending)).map(({ status }) => status), Array(10).fill(200));
  for (const { net } of calls) {
    assertEquals(net.requests.map(({ headers }) => headers.get("authorization")), ["Bearer old", "Bearer new"]);
  }
  assertEquals(states, [{ refused: undefined }, { refused: "old" }]);
});

test("bearer() uses the renewed token for a refusal that comes late", async () => {
  const { provider, states } = counting((n) => n === 1 ? "old" : "new");
  const scheme = bearer(provider);
  const late = new TestCall([{ status: 401, delay: 1_000 }, {}], { auth: { scheme, origin: null } });
  const pending = late.start(requestOf("GET", URL), layer);
  await late.clock.tick();
  // Meanwhile another request is refused with the same token and renews it.
  states.length = 0;
  await send(scheme, [{ status: 401 }, {}]);
  const asked = states.length;
  assertEquals((await late.clock.until(pending)).status, 200);
  assertEquals(states.length, asked);
});

test("bearer() asks anew when the question under way brings the refused token", async () => {
  const answers: ((token: string) => void)[] = [];
  const { provider, states } = counting((n) =>
    n === 1 ? "old" : new Promise<string>((resolve) => answers.push(resolve))
  );
  const scheme = bearer(provider);
  const refused = new TestCall([{ status: 401, delay: 10 }, {}], { auth: { scheme, origin: null } });
  const first = refused.start(requestOf("GET", URL), layer);
  await refused.clock.tick();
  const other = new TestCall([{}], { auth: { scheme, origin: null } });
  const second = other.start(requestOf("GET", URL), layer);
  await refused.clock.tick(10);
  assertEquals(states.length, 2);
  answers[0]!("old");
  await refused.clock.tick();
  assertEquals(states.map(({ refused }) => refused), [undefined, undefined, "old"]);
  answers[1]!("new");
  assertEquals([(await first).status, (await second).status], [200, 200]);
  assertEquals(refused.net.requests.at(-1)!.headers.get("authorization"), "Bearer new");
});

test("bearer() fails the call with what the provider throws, and asks again for the next", async () => {
  const { provider } = counting((n) => {
    if (n === 1) throw new Error("no token today");
    return Promise.resolve({ token: "t" });
  });
  const auth = bearer(provider);
  await assertRejects(() => send(auth), Error, "no token today");
  assertEquals(await send(auth), [["Bearer t"], 200]);
});

test("bearer() waits for a provider no longer than the call lasts", async () => {
  const scheme = bearer(() => new Promise(() => {}));
  const call = new TestCall([{}], { auth: { scheme, origin: null }, timeout: { total: 1_000 } });
  await assertRejects(() => call.send(requestOf("GET", URL), layer), Error, "total limit");
  assertEquals(call.held.listeners, 0);
});

test("bearer() refuses what is no token, without printing it", async () => {
  for (const token of ["canary canary", "canary\n", "", "canary\u20ac"]) {
    const error = assertThrows(() => bearer(token), TypeError, "visible ASCII");
    assert(!error.message.includes("canary"));
    await assertRejects(() => send(bearer(() => token)), TypeError, "visible ASCII");
  }
  await assertRejects(() => send(bearer(() => 5 as unknown as string)), TypeError, "the provider gave number");
  await assertRejects(() => send(bearer(() => ({}) as { token: string })), TypeError, "the provider gave undefined");
  await assertRejects(() => send(bearer(() => null as unknown as string)), TypeError, "the provider gave object");
});

test("bearer() leaves a field alone that was written by hand, and asks nobody", async () => {
  const { provider, states } = counting(() => "t");
  for (const scheme of [bearer("t"), bearer(provider)]) {
    const call = new TestCall([{ status: 401 }], { auth: { scheme, origin: null } });
    await call.send(requestOf("GET", URL, { Authorization: "mine" }), layer);
    assertEquals(call.net.requests.map(({ headers }) => headers.get("authorization")), ["mine"]);
  }
  assertEquals(states, []);
});

test("bearer() prints without secrets", () => {
  for (const auth of [bearer("canary"), bearer(() => "canary")]) {
    const inspect = (auth as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")]!;
    const text = inspect.call(auth) + JSON.stringify(auth) + String(auth);
    assert(text.includes("Bearer") && !text.includes("canary"), text);
  }
});
