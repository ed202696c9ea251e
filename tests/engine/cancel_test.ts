import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { AbortError } from "../../src/errors.ts";
import type { MemoryPlan } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import {
  answering,
  bytesBody,
  type Engine,
  engine,
  type EngineChange,
  ok,
  partsBody,
  type Sent,
  serving,
  type Started,
} from "./engine_kit.ts";

interface Phase {
  readonly name: string;
  readonly plans: readonly MemoryPlan[];
  readonly change?: EngineChange;
  readonly sent?: Sent;
  /** Brings the engine to where the call is cancelled. */
  readonly before?: (e: Engine) => Promise<void>;
  /** The last events, from the one that the cancellation brings about. */
  readonly events: readonly string[];
}

const END = "attempt-end#1 outcome=aborted code=ABORTED";

const PHASES: readonly Phase[] = [
  {
    name: "it waits for a slot",
    plans: [{}],
    change: { pool: { perRoute: 1 } },
    before: async (e) => {
      const first = e.start();
      first.response.catch(() => {});
      await e.clock.tick();
    },
    events: ["queue-end#1 outcome=aborted", END],
  },
  {
    name: "its name is looked up",
    plans: [],
    change: { names: { "a.test": [] } },
    events: ["dns-end#1 outcome=aborted addresses=", END],
  },
  {
    name: "it connects",
    plans: [{ connect: "hang" }],
    events: ["connect-end#1 address=10.0.0.1:80 outcome=aborted", END],
  },
  {
    name: "addresses race",
    plans: [{ connect: "hang" }, { connect: "hang" }],
    change: { names: { "a.test": ["::1", "10.0.0.1"] } },
    before: async (e) => await e.clock.tick(300),
    events: ["connect-end#1 address=[::1]:80 outcome=aborted", END],
  },
  {
    name: "it shakes hands",
    plans: [{ handshake: "hang" }],
    sent: { url: "https://a.test/" },
    events: ["tls-end#1 name=a.test outcome=aborted", END],
  },
  {
    name: "its body is sent",
    plans: [{ window: 10, hangWrites: true }],
    sent: { method: "PUT", body: bytesBody(new Uint8Array(300_000)) },
    events: ["send-end#1 outcome=aborted bytes=0", END],
  },
  {
    name: "its body is waited for",
    plans: [{}],
    sent: { method: "PUT", body: partsBody(["a", new Promise(() => {})]) },
    events: ["send-end#1 outcome=aborted bytes=0", END],
  },
  {
    name: "100 (Continue) is waited for",
    plans: [{}],
    sent: { method: "PUT", body: bytesBody("abc"), settings: { expectContinue: true, timeout: { expect: 5_000 } } },
    events: ["send-end#1 outcome=aborted bytes=0", END],
  },
  { name: "its answer is waited for", plans: [{}], events: ["evict#1 connection=1 reason=cancelled", END] },
  {
    name: "half a head has come",
    plans: [{ script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 2" }] }],
    events: ["evict#1 connection=1 reason=cancelled", END],
  },
];

for (const { name, plans, change, sent, before, events } of PHASES) {
  test(`A call that is cancelled while ${name} leaves nothing behind`, async (t) => {
    const e = engine(t, plans, change);
    const isQueue = name.includes("slot");
    if (isQueue) await before!(e);
    const started = e.start(sent);
    started.response.catch(() => {});
    await e.clock.tick();
    if (!isQueue) await before?.(e);
    const seen = started.events.length;
    started.cancel.abort("enough");
    await e.clock.tick();
    const error = await assertRejects(() => started.response, AbortError);
    assertEquals(error.reason, "enough");
    assertEquals(started.events.slice(seen).includes(events[0]!), true, started.events.slice(seen).join("; "));
    assertEquals(started.events.at(-1), events.at(-1));
    balanced(started);
    if (!isQueue) await e.assertQuiet(0);
  });
}

/** Each start has exactly one end. */
function balanced({ events }: Started): void {
  const count = (type: string): number => events.filter((line) => line.startsWith(`${type}#`)).length;
  for (const phase of ["attempt", "queue", "dns", "connect", "tls", "send"]) {
    assertEquals(count(`${phase}-start`), count(`${phase}-end`), `${phase} is not balanced: ${events.join("; ")}`);
  }
}

const BODIES: readonly (readonly [name: string, plan: MemoryPlan])[] = [
  ["of known length", { script: [{ until: "\r\n\r\n" }, { send: ok("abcdef").slice(0, -3) }] }],
  ["in chunks", {
    script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" }],
  }],
  ["until close", { script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200 OK\r\n\r\nabc" }] }],
];

for (const [name, plan] of BODIES) {
  test(`A call that is cancelled amid a body ${name} fails its reader and leaves nothing behind`, async (t) => {
    const e = engine(t, [plan, plan, plan]);
    for (const way of ["collect", "read", "discard"] as const) {
      const started = e.start();
      const body = (await e.clock.until(started.response)).live!;
      const work = way === "read"
        ? readAll(body)
        : Promise.resolve(way === "collect" ? body.collect(99) : body.discard(99));
      work.catch(() => {});
      await e.clock.tick();
      started.cancel.abort("enough");
      await e.clock.tick();
      if (way === "discard") await work;
      else assertEquals((await assertRejects(() => work, AbortError)).reason, "enough");
      assertEquals(started.events.at(-1), "attempt-end#1 outcome=aborted status=200 code=ABORTED");
      let settled: Error | undefined;
      body.onSettled((error) => settled = error);
      assertInstanceOf(settled, AbortError);
      balanced(started);
      await e.assertQuiet(0);
    }
  });
}

async function readAll(body: { read(): unknown }): Promise<void> {
  while (await body.read() !== null);
}

test("A call that was cancelled before it starts opens nothing", async (t) => {
  const e = engine(t, [answering(ok())]);
  const cancel = new AbortController();
  cancel.abort("enough");
  const { response, events } = e.start({ settings: { signal: cancel.signal } });
  await assertRejects(() => response, AbortError);
  assertEquals([e.net.targets.length, events], [0, ["attempt-start#1 cause=first", END]]);
});

test("A call that was cancelled before it starts leaves an idle connection alone", async (t) => {
  const e = engine(t, [answering(ok())]);
  await e.get();
  const cancel = new AbortController();
  cancel.abort("enough");
  await assertRejects(() => e.start({ settings: { signal: cancel.signal } }).response, AbortError);
  await e.assertQuiet(1);
});

test("A cancelled call passes its dial on to the next", async (t) => {
  const e = engine(t, [answering(ok())], { pool: { perRoute: 1 } });
  const first = e.start();
  const second = e.start();
  first.response.catch(() => {});
  first.cancel.abort();
  const response = await e.clock.until(second.response);
  assertEquals([response.status, e.net.targets.length], [200, 1]);
  balanced(first);
  balanced(second);
});

test("A dial goes on when its call was served by another connection, and becomes idle", async (t) => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => open = resolve);
  const e = engine(t, () => ({}));
  const connect = e.net.connect.bind(e.net);
  const held = e.start();
  await e.clock.tick();
  e.net.connect = async (...target) => {
    await opened;
    return await connect(...target);
  };
  const first = e.start();
  await e.clock.tick();
  e.peer().send(ok());
  await (await e.clock.until(held.response)).live!.collect(10);
  assertEquals(first.events.slice(-4, -1), [
    "connect-start#1 address=10.0.0.1:80",
    "connect-end#1 address=10.0.0.1:80 outcome=aborted",
    "send-start#1 connection=1 reused=true",
  ]);
  e.peer().send(ok());
  await (await e.clock.until(first.response)).live!.collect(10);
  assertEquals(e.pool, "Pool 2/256, 0 queued; http://a.test busy 0 idle 1 dialling 1 queued 0");
  open();
  await e.clock.tick();
  assertEquals(e.pool, "Pool 2/256, 0 queued; http://a.test busy 0 idle 2 dialling 0 queued 0");
  balanced(first);
});

test("A dial that nobody waits for any more is cancelled", async (t) => {
  const e = engine(t, [{ connect: "hang" }]);
  const started = e.start();
  started.response.catch(() => {});
  await e.clock.tick();
  assertEquals(e.net.open, 1);
  started.cancel.abort();
  assertEquals([e.net.open, e.pool], [0, "Pool 0/256, 0 queued"]);
});

test("A storm of cancelled calls leaves the pool empty and every call settled", async (t) => {
  const e = engine(t, () => serving(), { pool: { max: 4, perRoute: 3, maxQueue: 1_000 } });
  const calls = Array.from({ length: 300 }, (_, at) => e.start({ url: `http://${"ab"[at % 2]}.test/` }));
  const outcomes = calls.map(({ response }) => response.then(() => "ok", () => "failed"));
  for (let at = 0; at < calls.length; at++) {
    if (at % 3 !== 0) calls[at]!.cancel.abort();
    if (at % 10 === 0) await e.clock.tick();
  }
  const bodies = calls.filter((_, at) => at % 3 === 0).map(({ response }) =>
    response.then((each) => each.live?.collect(10))
  );
  await e.clock.until(Promise.all(outcomes));
  await Promise.all(bodies);
  const settled = await Promise.all(outcomes);
  assertEquals(settled.filter((_, at) => at % 3 === 0).every((outcome) => outcome === "ok"), true);
  for (const call of calls) balanced(call);
  assert(e.net.open <= 4);
});

test("A listener that cancels other calls amid events breaks nothing", async (t) => {
  const e = engine(t, () => serving(), { pool: { perRoute: 1 } });
  const victims: Started[] = [];
  const first = e.start({
    settings: {
      listener: (event) => {
        if (event.type === "end") { for (const { cancel } of victims) cancel.abort(); }
      },
    },
  });
  for (let at = 0; at < 3; at++) victims.push(e.start());
  for (const { response } of victims) response.catch(() => {});
  const last = e.start();
  await e.clock.until(first.response);
  assertEquals((await e.clock.until(last.response)).status, 200);
  for (const { response } of victims) await assertRejects(() => response, AbortError);
});
