import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/suite.ts";
import { Caller, type Key, key, limits, Model } from "./pool_model.ts";

type Step =
  | { readonly do: "acquire"; readonly route: number }
  | { readonly do: "dialled" | "failed" | "cancel" | "lost" | "replace"; readonly pick: number }
  | { readonly do: "release"; readonly pick: number; readonly reusable: boolean }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "purge" | "preconnect"; readonly route: number }
  | { readonly do: "resized"; readonly pick: number; readonly capacity: number };

const pick = fc.nat(1_000);
const route = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("acquire" as const), route }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("dialled" as const), pick }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("release" as const), pick, reusable: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("failed" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("lost" as const, "replace" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(80) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("purge" as const, "preconnect" as const), route }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("resized" as const), pick, capacity: fc.nat(4) }) },
);

const LIMITS = limits({ max: 5, perRoute: 3, idlePerRoute: 2, idleTimeout: 100, maxQueue: 6 });

/** A model with the callers that tests pick from. */
class Run {
  readonly model = new Model(LIMITS);
  readonly callers: Caller[] = [];
  readonly routes: readonly Key[] = [key("a"), key("b"), key("c"), key("h2", true)];
  /** Whether a peer has taken slots back that may be in use. */
  resized = false;
  #names = 0;

  constructor() {
    this.model.maxAge = 250;
  }

  waiting(): Caller[] {
    return this.callers.filter((caller) => caller.outcome === undefined);
  }

  served(): Caller[] {
    return this.callers.filter((caller) => caller.outcome === "served");
  }

  acquire(route: number): void {
    const of = this.routes[route]!;
    const entry = this.model.state.take(of, this.model.now);
    const name = `w${++this.#names}`;
    if (entry === undefined) return void this.callers.push(this.model.acquire(name, of));
    const caller = new Caller(name, of);
    caller.outcome = "served";
    caller.entry = entry;
    this.callers.push(caller);
  }

  release(caller: Caller, reusable: boolean): void {
    caller.outcome = "done";
    this.model.release(caller.entry!, reusable);
  }

  step(step: Step): void {
    const { model } = this;
    const of = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length];
    switch (step.do) {
      case "acquire":
        return this.acquire(step.route);
      case "dialled": {
        const dial = of(model.dials, step.pick);
        const capacity = dial?.route.key === this.routes[3] ? 3 : 1;
        if (dial) model.dialled(model.nameOf(dial), capacity);
        return;
      }
      case "failed": {
        const dial = of(model.dials, step.pick);
        if (dial) model.failed(model.nameOf(dial));
        return;
      }
      case "cancel": {
        const caller = of(this.waiting(), step.pick);
        if (caller) model.cancel(caller);
        return;
      }
      case "release": {
        const caller = of(this.served(), step.pick);
        if (caller) this.release(caller, step.reusable);
        return;
      }
      case "lost": {
        const caller = of(this.served(), step.pick);
        if (caller) model.perform(model.state.lost(caller.entry!));
        return;
      }
      case "replace": {
        const caller = of(this.served(), step.pick);
        if (!caller || caller.entry!.gone || caller.entry!.capacity > 1) return;
        caller.outcome = "replaced";
        const again = new Caller(`w${++this.#names}`, caller.key);
        this.callers.push(again);
        return model.perform(model.state.replace(caller.entry!, again));
      }
      case "pass":
        model.now += step.ms;
        if (model.state.tickAt <= model.now) model.perform(model.state.tick(model.now));
        return;
      case "resized": {
        const entry = of(this.served(), step.pick)?.entry;
        if (!entry || entry.capacity === 1) return;
        this.resized = true;
        return model.perform(model.state.resized(entry, step.capacity, model.now));
      }
      case "purge":
        return model.perform(model.state.purge((of) => of === this.routes[step.route]));
      case "preconnect":
        return model.perform(model.state.preconnect(this.routes[step.route]!, 2));
    }
  }
}

/** What must hold after every step. */
function check(run: Run): void {
  const { state } = run.model;
  let total = 0;
  let idle = 0;
  let queued = 0;
  for (const [of, slots] of state.routes) {
    assert(!slots.empty, "an empty route is kept");
    assert(slots.size <= LIMITS.perRoute, "more connections than a route may have");
    assert(
      slots.idle <= LIMITS.idlePerRoute || run.model.state.tickAt <= run.model.now + 1_000,
      "more idle connections than a route keeps, and no tick that closes them",
    );
    total += slots.size;
    queued += slots.queue.size;
    for (const entry of slots.entries) {
      assert(entry.active >= 0 && (entry.active <= entry.capacity || run.resized), "slots are over- or underused");
      if (entry.active === 0) idle++;
      const free = entry.active < entry.capacity && entry.retireAt > run.model.now;
      assert(!free || slots.queue.size === 0, `a call waits beside a free slot of ${(of as Key).name}`);
    }
    const users = run.served().filter((caller) => caller.key === of && !caller.entry!.gone).length;
    assertEquals([...slots.entries].reduce((sum, entry) => sum + entry.active, 0), users);
    const stuck = slots.queue.size > 0 && slots.size < LIMITS.perRoute &&
      (slots.multiplexed === false || (slots.dials.size === 0 && !(slots.multiplexed && slots.servesLater)));
    assert(!stuck || (state.total === LIMITS.max && state.idle === 0), "a call waits although there is room");
    for (const dial of slots.dials) assert(run.model.dials.includes(dial), "a dial is counted that does not run");
  }
  assertEquals([state.total, state.idle, state.queued], [total, idle, queued]);
  assert(total <= LIMITS.max, "more connections than allowed in all");
  assert(queued <= LIMITS.maxQueue, "more calls wait than allowed");
  assertEquals(run.model.dials.length, [...state.routes.values()].reduce((sum, { dials }) => sum + dials.size, 0));
}

test("PoolState keeps its limits, leaks nothing and serves everybody, whatever happens", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
      const run = new Run();
      for (const each of steps) {
        run.step(each);
        check(run);
      }
      // Everything comes to its end: all who wait are served in a bounded number of steps.
      for (let round = 0; run.waiting().length > 0 || run.served().length > 0; round++) {
        assert(round < 500, "a call is never served");
        const dial = run.model.dials[0];
        const caller = run.served()[0];
        if (caller) run.release(caller, true);
        else if (dial) run.model.dialled(run.model.nameOf(dial), dial.route.key === run.routes[3] ? 3 : 1);
        check(run);
      }
      run.model.now += 1_000;
      run.model.perform(run.model.state.tick(run.model.now));
      for (const slots of run.model.state.routes.values()) {
        assert(slots.idle <= LIMITS.idlePerRoute, "more idle connections than a route keeps");
      }
      for (const dial of [...run.model.dials]) run.model.failed(run.model.nameOf(dial));
      run.model.perform(run.model.state.drain());
      assertEquals([run.model.state.total, run.model.state.idle, run.model.state.routes.size], [0, 0, 0]);
    }),
    { numRuns: 400 },
  );
});

test("PoolState serves the calls of one route in the order in which they came", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
      const run = new Run();
      let lastServed = 0;
      for (const each of steps) {
        if (each.do === "replace") continue;
        run.step(each);
        for (const line of run.model.log()) {
          const [, name] = /^serve (\w+)/.exec(line) ?? [];
          const caller = run.callers.find((caller) => caller.name === name);
          if (caller === undefined || caller.key !== run.routes[0] || caller.sequence === 0) continue;
          assert(caller.sequence > lastServed, `${name} overtook another call`);
          lastServed = caller.sequence;
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("PoolState serves a flood of calls to many routes in a bounded number of steps each", () => {
  const model = new Model({ max: 10, perRoute: 10, maxQueue: 100_000 });
  const count = 20_000;
  const callers: Caller[] = [];
  for (let at = 0; at < count; at++) callers.push(model.acquire(`w${at}`, key(`r${at}`)));
  model.log();
  const started = Date.now();
  let served = 0;
  while (model.dials.length > 0) {
    const entry = model.dialled(model.nameOf(model.dials[0]!));
    served++;
    model.release(entry);
  }
  assertEquals(served, count);
  assertEquals(callers.every((caller) => caller.outcome === "served"), true);
  // Quadratic work would take minutes; this leaves a slow machine thirty times what it needs.
  assert(Date.now() - started < 15_000, "the queue is not served in linear time");
});
