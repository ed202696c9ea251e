import { assertEquals, assertRejects } from "@std/assert";
import { checkLeaks, openSockets, watchLeaks } from "./leaks.ts";
import { runTest, test } from "./suite.ts";

test("watchLeaks() passes when everything was let go", async () => {
  let held = 1;
  await runTest("name", (t) => {
    watchLeaks(t, () => ({ held }));
    t.after(() => held = 0);
  }, 1_000);
  assertEquals(held, 0);
});

test("checkLeaks() waits for what is let go a little later", async () => {
  let asked = 0;
  await checkLeaks([() => ({ held: asked++ < 3 ? 1 : 0 })], undefined);
  assertEquals(asked, 4);
});

test("checkLeaks() fails and names what is left", async () => {
  await assertRejects(
    () => checkLeaks([() => ({ busy: 2, idle: 0 })], undefined, 0),
    Error,
    "Test left something behind: busy: 2",
  );
});

test("openSockets() counts the sockets of this process", async () => {
  const { createServer } = await import("node:net");
  const before = openSockets();
  if (before === undefined) return; // no /proc on this system
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  assertEquals(openSockets(), before + 1);
  await assertRejects(() => checkLeaks([], before, 0), Error, "open sockets: 1");
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await checkLeaks([], before);
});
