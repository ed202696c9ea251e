import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { Deadline, DeadlineQueue } from "../../src/base/deadline.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/suite.ts";

/** A queue, its clock and a log of what expired when. */
function setUp(): { clock: FakeClock; queue: DeadlineQueue; log: string[]; deadline(name: string): Deadline } {
  const clock = new FakeClock({ now: 0 });
  const log: string[] = [];
  return {
    clock,
    queue: new DeadlineQueue(clock),
    log,
    deadline: (name) => new Deadline(() => log.push(`${name}@${clock.now()}`)),
  };
}

test("DeadlineQueue calls each deadline once when its time is over", () => {
  const { clock, queue, log, deadline } = setUp();
  const a = deadline("a");
  queue.add(a, 100, clock.now());
  queue.add(deadline("b"), 50, clock.now());
  queue.add(deadline("c"), 100, clock.now());
  assert(a.running);
  assertEquals(queue.size, 3);
  clock.tickSync(49);
  assertEquals(log, []);
  clock.tickSync(1);
  assertEquals(log, ["b@50"]);
  clock.tickSync(1_000);
  assertEquals(log, ["b@50", "a@100", "c@100"]);
  assertEquals([queue.size, clock.pending, a.running], [0, 0, false]);
});

test("DeadlineQueue.remove() stops a deadline at the head, in the middle and at the end", () => {
  for (const removed of ["a", "b", "c"]) {
    const { clock, queue, log, deadline } = setUp();
    const all = new Map(["a", "b", "c"].map((name) => [name, deadline(name)]));
    for (const each of all.values()) queue.add(each, 10, clock.now());
    queue.remove(all.get(removed)!);
    queue.remove(all.get(removed)!);
    assertEquals(queue.size, 2);
    clock.tickSync(10);
    assertEquals(log, ["a", "b", "c"].filter((name) => name !== removed).map((name) => `${name}@10`));
  }
});

test("DeadlineQueue leaves the timer armed when its deadline is removed, and uses it for the next", () => {
  const { clock, queue, log, deadline } = setUp();
  const a = deadline("a");
  for (let i = 0; i < 100; i++) {
    queue.add(a, 10, clock.now());
    queue.remove(a);
  }
  assertEquals(clock.pending, 1);
  clock.tickSync(5);
  queue.add(a, 10, clock.now());
  clock.tickSync(9);
  assertEquals(log, []);
  clock.tickSync(1);
  assertEquals(log, ["a@15"]);
});

test("DeadlineQueue.add() starts a running deadline anew", () => {
  const { clock, queue, log, deadline } = setUp();
  const a = deadline("a");
  queue.add(a, 10, clock.now());
  clock.tickSync(6);
  queue.add(a, 10, clock.now());
  assertEquals(queue.size, 1);
  clock.tickSync(9);
  assertEquals(log, []);
  clock.tickSync(1);
  assertEquals(log, ["a@16"]);
});

test("DeadlineQueue.add() ignores an infinite length, and stops what ran", () => {
  const { clock, queue, log, deadline } = setUp();
  const a = deadline("a");
  queue.add(a, 10, clock.now());
  queue.add(a, Infinity, clock.now());
  assertEquals([queue.size, a.running], [0, false]);
  clock.tickSync(1_000);
  assertEquals(log, []);
});

test("DeadlineQueue.add() keeps the order when it is given a time that is a little old", () => {
  const { clock, queue, log, deadline } = setUp();
  clock.tickSync(20);
  queue.add(deadline("late"), 10, 20);
  queue.add(deadline("early"), 10, 12);
  queue.add(deadline("between"), 10, 15);
  clock.tickSync(10);
  assertEquals(log, ["early@22", "between@25", "late@30"]);
});

test("DeadlineQueue takes a deadline that is added while another expires", () => {
  const { clock, queue, log, deadline } = setUp();
  const second = deadline("second");
  queue.add(new Deadline(() => queue.add(second, 5, clock.now())), 10, clock.now());
  clock.tickSync(10);
  assertEquals(queue.size, 1);
  clock.tickSync(5);
  assertEquals(log, ["second@15"]);
});

test("DeadlineQueue does not call a deadline that another one removes in the same instant", () => {
  const { clock, queue, log, deadline } = setUp();
  const victim = deadline("victim");
  queue.add(new Deadline(() => queue.remove(victim)), 10, clock.now());
  queue.add(victim, 10, clock.now());
  clock.tickSync(20);
  assertEquals(log, []);
});

test("DeadlineQueue never holds the process", () => {
  const { clock, queue, deadline } = setUp();
  queue.add(deadline("a"), 10, clock.now());
  assertEquals([clock.pending, clock.held], [1, 0]);
});

test("DeadlineQueue.close() gives the timer back when nothing runs", () => {
  const { clock, queue, deadline } = setUp();
  const a = deadline("a");
  queue.add(a, 10, clock.now());
  queue.remove(a);
  queue.close();
  assertEquals(clock.pending, 0);
});

test("DeadlineQueue.close() keeps the timer for what still runs, and settle() gives it back after", () => {
  const { clock, queue, log, deadline } = setUp();
  const a = deadline("a");
  queue.add(a, 10, clock.now());
  queue.close();
  assertEquals(clock.pending, 1);
  queue.settle();
  assertEquals(clock.pending, 1);
  queue.remove(a);
  queue.settle();
  assertEquals([clock.pending, log], [0, []]);
});

test("DeadlineQueue.settle() leaves an open queue alone", () => {
  const { clock, queue, deadline } = setUp();
  const a = deadline("a");
  queue.add(a, 10, clock.now());
  queue.remove(a);
  queue.settle();
  assertEquals(clock.pending, 1);
});

test("DeadlineQueue fires every deadline in its time, whatever is added and removed", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), who: fc.nat(7), length: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ kind: fc.constant("remove" as const), who: fc.nat(7) }),
    fc.record({ kind: fc.constant("tick" as const), ms: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const clock = new FakeClock({ now: 0 });
    const queue = new DeadlineQueue(clock);
    const due = new Map<number, number>();
    const deadlines = Array.from({ length: 8 }, (_, who) =>
      new Deadline(() => {
        assertEquals(due.get(who), clock.now());
        due.delete(who);
      }));
    for (const each of steps) {
      if (each.kind === "tick") clock.tickSync(each.ms);
      else if (each.kind === "remove") {
        queue.remove(deadlines[each.who]!);
        due.delete(each.who);
      } else {
        queue.add(deadlines[each.who]!, each.length, clock.now());
        due.set(each.who, clock.now() + each.length);
      }
      assertEquals(queue.size, due.size);
      assertLessOrEqual(clock.pending, 1);
    }
    clock.tickSync(30);
    assertEquals(due.size, 0);
  }));
});

test("DeadlineQueue drops empty lists when lengths are many and odd", () => {
  const { clock, queue, log, deadline } = setUp();
  for (let i = 1; i <= 500; i++) {
    const each = deadline(`${i}`);
    queue.add(each, i + 0.5, clock.now());
    if (i % 100 !== 0) queue.remove(each);
  }
  assertEquals(queue.size, 5);
  clock.tickSync(600);
  assertEquals(log.length, 5);
});
