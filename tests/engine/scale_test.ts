import { assert, assertEquals } from "@std/assert";
import type { ClientOptions } from "../../mod.ts";
import { memoryClient } from "../support/memory_client.ts";
import { test, type TestContext } from "../support/suite.ts";
import { serving } from "./engine_kit.ts";

/** What `count` calls at once ask of clock and network, for each of them. */
async function asked(t: TestContext, count: number, options: ClientOptions, hosts: number): Promise<number> {
  const { client, clock, net } = memoryClient(t, () => serving(), options);
  let questions = 0;
  for (const name of ["now", "schedule"] as const) {
    const own = clock[name].bind(clock) as (...args: unknown[]) => unknown;
    Object.defineProperty(clock, name, { value: (...args: unknown[]) => (questions++, own(...args)) });
  }
  const calls = Array.from({ length: count }, (_, at) => client.get(`http://h${at % hosts}.test/`));
  for (const call of calls) assertEquals((await clock.until(call)).status, 200);
  return (questions + net.peers.length) / count;
}

for (
  const [what, options, hosts] of [
    ["calls that wait for one connection", { pool: { perRoute: 1 } }, 1],
    ["connections", { pool: { perRoute: 1_000, max: 1_000 } }, 1],
    ["origins", { pool: { max: 1_000 } }, 100],
  ] as const
) {
  test(`what a call asks of clock and network does not grow with the number of ${what}`, async (t) => {
    const few = await asked(t, 10, options, hosts);
    const many = await asked(t, 100, options, hosts);
    assert(few > 0 && many <= few * 1.2, `${many} for each of 100, ${few} for each of 10`);
  });
}
