import { assertEquals } from "@std/assert";
import { RetryBudget } from "../../src/policy/retry_budget.ts";
import { test } from "../support/suite.ts";

const BUDGET = { ratio: 0.2, window: 10_000, floor: 3 };
const A = "https://a.example";
const B = "https://b.example";

function takeAll(budget: RetryBudget, origin: string, now: number, settings: typeof BUDGET = BUDGET): number {
  let taken = 0;
  while (taken < 10_000 && budget.take(origin, settings, now)) taken++;
  return taken;
}

test("RetryBudget grants the floor without any request", () => {
  assertEquals(takeAll(new RetryBudget(), A, 0), 3);
});

test("RetryBudget grants a share of the requests above the floor", () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 100; i++) budget.addRequest(A, BUDGET, i);
  assertEquals(takeAll(budget, A, 100), 20);
});

test("RetryBudget counts each origin by itself", () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 100; i++) budget.addRequest(A, BUDGET, 0);
  assertEquals([takeAll(budget, B, 0), takeAll(budget, A, 0)], [3, 20]);
});

test("RetryBudget forgets what is older than its window", () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 100; i++) budget.addRequest(A, BUDGET, 500);
  assertEquals(takeAll(budget, A, 500), 20);
  assertEquals(takeAll(budget, A, 9_999), 0);
  assertEquals(takeAll(budget, A, 10_000), 3, "requests and retries are both forgotten");
});

test("RetryBudget slides by a tenth of the window", () => {
  const budget = new RetryBudget();
  for (let part = 0; part < 10; part++) {
    for (let i = 0; i < 10; i++) budget.addRequest(A, BUDGET, part * 1_000);
  }
  assertEquals(takeAll(budget, A, 9_000), 20);
  // A tenth of the requests is gone, none of the retries.
  assertEquals(takeAll(budget, A, 10_000), 0);
  // All requests are gone, the retries too.
  assertEquals(takeAll(budget, A, 30_000), 3);
});

test("RetryBudget takes a time that is a little old as the latest", () => {
  const budget = new RetryBudget();
  budget.addRequest(A, BUDGET, 5_000);
  for (let i = 0; i < 99; i++) budget.addRequest(A, BUDGET, 1_000);
  assertEquals(takeAll(budget, A, 5_000), 20);
});

test("RetryBudget grants nothing at a floor and ratio of 0", () => {
  const none = { ratio: 0, window: 10_000, floor: 0 };
  const budget = new RetryBudget();
  budget.addRequest(A, none, 0);
  assertEquals(takeAll(budget, A, 0, none), 0);
});

test("RetryBudget shares the count between calls that set another ratio", () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 100; i++) budget.addRequest(A, BUDGET, 0);
  assertEquals(takeAll(budget, A, 0, { ...BUDGET, ratio: 0.1 }), 10);
  assertEquals(takeAll(budget, A, 0), 10);
});

test("RetryBudget remembers a bounded number of origins", () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 100; i++) budget.addRequest(A, BUDGET, 0);
  for (let i = 0; i < 1_023; i++) budget.addRequest(`https://${i}.example`, BUDGET, 0);
  assertEquals(budget.size, 1_024);
  assertEquals(takeAll(budget, A, 0), 20, "still there");
  budget.addRequest(B, BUDGET, 0);
  assertEquals(budget.size, 1_024);
  for (let window = 1; window < 100; window++) budget.addRequest(A, { ...BUDGET, window }, 0);
  assertEquals(budget.size < 2_048, true);
});
