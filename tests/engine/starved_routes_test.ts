import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { PoolWaiter, RouteSlots } from "../../src/engine/pool_entry.ts";
import { PoolQueue } from "../../src/engine/pool_queue.ts";
import { StarvedRoutes } from "../../src/engine/starved_routes.ts";
import { key } from "./pool_model.ts";
import { test } from "../support/suite.ts";

test("StarvedRoutes yields the eligible route whose first waiter came first, whatever happens in between", () => {
  const step = fc.record({
    do: fc.constantFrom("wait", "leave", "toggle", "first"),
    route: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
      const starved = new StarvedRoutes<number>();
      const queue = new PoolQueue<number>();
      const routes = Array.from({ length: 6 }, (_, name) => new RouteSlots<number>(key(String(name)), false));
      const closed = new Set<RouteSlots<number>>();
      const eligible = (route: RouteSlots<number>): boolean => route.queue.size > 0 && !closed.has(route);
      for (const { do: what, route: at } of steps) {
        const route = routes[at]!;
        if (what === "wait") queue.add(new PoolWaiter<number>(), route);
        else if (what === "leave" && route.queue.first) queue.remove(route.queue.first);
        else if (what === "toggle" && !closed.delete(route)) closed.add(route);
        // Whoever changes a route says so.
        if (eligible(route)) starved.add(route);
        const expected = routes.filter(eligible).sort((a, b) => a.queue.first!.sequence - b.queue.first!.sequence)[0];
        assertEquals(starved.first(eligible)?.key, expected?.key);
      }
    }),
    { numRuns: 300 },
  );
});
