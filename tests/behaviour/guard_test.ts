import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { GuardError, type GuardInput, type GuardTarget } from "../../mod.ts";
import { option, type Subject } from "../support/behaviour.ts";

/** The code that a call under a guard fails with, or its status. */
async function outcome({ client }: Subject, guard: GuardInput, url: string, more = {}): Promise<string | number> {
  const result = await client({ guard, retry: false, trustEnv: false, ...more }).result.get(url);
  if (result.ok) return result.value.status;
  assertInstanceOf(result.error, GuardError, String(result.error));
  return result.error.code;
}

option("guard", "refuses inner addresses, on the way and after a redirect", async (subject) => {
  const { client, origin, url } = subject;
  assertEquals(await outcome(subject, "public", url("/echo")), "GUARD_ADDRESS");
  assertEquals(await outcome(subject, () => true, url("/echo")), 200);
  assertEquals(await outcome(subject, () => false, url("/echo")), "GUARD_FUNCTION");
  // From a host that is let to one that is not.
  const port = new URL(origin.http).port;
  const c = client({ guard: { allow: [`127.0.0.1:${port}`] }, redirect: { max: 3 }, retry: false });
  const location = `http://[::1]:${port}/echo`;
  const away = url("/status/302", { h: `Location:${location}` });
  assertEquals((await c.get(url("/echo"))).status, 200);
  const error = await assertRejects(async () => await c.get(away), GuardError);
  assertEquals((error as GuardError).address, "::1");
});

option("guard.base", "says what holds for what no list names", async (subject) => {
  const url = subject.url("/echo");
  assertEquals(await outcome(subject, { base: "any" }, url), 200);
  assertEquals(await outcome(subject, { base: "none" }, url), "GUARD_ADDRESS");
  assertEquals(await outcome(subject, { base: "public" }, url), "GUARD_ADDRESS");
});

option("guard.hosts", "are the only ones that are asked for", async (subject) => {
  const port = new URL(subject.origin.http).port;
  const guard: GuardInput = { base: "any", hosts: ["localhost"] };
  assertEquals(await outcome(subject, guard, `http://localhost:${port}/echo`), 200);
  assertEquals(await outcome(subject, guard, subject.url("/echo")), "GUARD_HOST");
  // A host in the list is no pass for its address.
  assertEquals(await outcome(subject, { hosts: ["localhost"] }, `http://localhost:${port}/echo`), "GUARD_ADDRESS");
});

option("guard.allow", "lets what it names by address, block and host", async (subject) => {
  const port = new URL(subject.origin.http).port;
  for (const entry of ["127.0.0.1", "127.0.0.0/8", `127.0.0.1:${port}`]) {
    assertEquals([entry, await outcome(subject, { allow: [entry] }, subject.url("/echo"))], [entry, 200]);
  }
  assertEquals(await outcome(subject, { allow: ["localhost"] }, `http://localhost:${port}/echo`), 200);
  assertEquals(await outcome(subject, { allow: ["localhost"] }, subject.url("/echo")), "GUARD_ADDRESS");
});

option("guard.deny", "counts before allow", async (subject) => {
  const guard: GuardInput = { base: "any", allow: ["127.0.0.0/8"], deny: ["127.0.0.1"] };
  assertEquals(await outcome(subject, guard, subject.url("/echo")), "GUARD_ADDRESS");
});

option("guard.proxies", "may be connected to as proxies", async (subject) => {
  const { origin } = subject;
  const proxy = origin.proxy;
  const at = new URL(proxy).host;
  assertEquals(await outcome(subject, "public", "http://93.184.216.34/", { proxy }), "GUARD_ADDRESS");
  assertEquals(await outcome(subject, { proxies: [at] }, `${proxy}/echo`, { proxy: false }), "GUARD_ADDRESS");
  assertEquals(await outcome(subject, { proxies: [at] }, subject.url("/echo"), { proxy }), "GUARD_ADDRESS");
  const allow = [new URL(origin.http).host];
  assertEquals(await outcome(subject, { proxies: [at], allow }, subject.url("/echo"), { proxy }), 200);
});

option("guard.sockets", "may be named by the option unix", async (subject) => {
  const { unix } = subject.origin;
  const url = "http://localhost/echo";
  assertEquals(await outcome(subject, { base: "any" }, url, { unix }), "GUARD_SOCKET");
  assertEquals(await outcome(subject, { sockets: [unix] }, url, { unix }), 200);
});

option("guard.check", "is asked last, with what is about to be connected to", async (subject) => {
  const seen: GuardTarget[] = [];
  const check = (target: GuardTarget): boolean => seen.push(target) > 0 && target.port !== 1;
  const { port } = new URL(subject.origin.http);
  assertEquals(await outcome(subject, { base: "any", check }, subject.url("/echo")), 200);
  assertEquals(seen[0], {
    host: "127.0.0.1",
    address: "127.0.0.1",
    port: Number(port),
    role: "origin",
    range: "loopback",
  });
  assertEquals(await outcome(subject, { base: "any", check }, "http://127.0.0.1:1/"), "GUARD_FUNCTION");
  seen.length = 0;
  assertEquals(await outcome(subject, { check }, subject.url("/echo")), "GUARD_ADDRESS");
  assertEquals(seen, []);
});
