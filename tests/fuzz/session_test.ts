import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "../support/suite.ts";
import { answer, judge, judgeTime } from "./judge.ts";
import { amplify, mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { Session } from "./session.ts";
import { bytesOf, type FuzzTarget, promise } from "./target.ts";

const BASE: FuzzTarget = {
  name: "planted",
  seeds: ["abc"],
  tokens: ["<", ">", "key="],
  run: (input) => `${input.length}`,
};

function found(target: Partial<FuzzTarget>, inputs = 20_000): { what: string; input: string }[] {
  const session = new Session({ ...BASE, ...target }, [], 7);
  while (session.findings.length === 0 && session.tried < inputs) session.run(100);
  return session.findings;
}

test("Session finds nothing where nothing is wrong", () => {
  assertEquals(found({}, 2_000), []);
});

test("Session finds an error that is none of the proper ones, and makes its input small", () => {
  const [finding] = found({
    proper: (error) => error instanceof RangeError,
    run(input) {
      if (input.includes("<key=")) throw new TypeError("planted");
      if (input.includes("<")) throw new RangeError("proper");
      return "fine";
    },
  });
  assertEquals(finding!.input, "<key=");
  assertMatch(finding!.what, /TypeError: planted/);
});

test("Session is led by answers to what no single change reaches", () => {
  const steps = ["<", "<<>", "<<>key=>"];
  const [finding] = found({
    run(input) {
      const reached = steps.filter((step) => input.startsWith(step)).length;
      if (reached === steps.length) throw new Error("deep");
      return ["nowhere", "first place", "second place"][reached]!;
    },
  });
  assertMatch(finding!.what, /deep/);
});

test("Session finds an answer that depends on how the bytes are cut", () => {
  const [finding] = found({
    cuts: true,
    run: (input, cut) => cut(bytesOf(input)).some((piece) => piece[0] === 0x3e && piece.length === 1) ? "cut" : "whole",
  });
  assertEquals(finding!.input.length > 0 && finding!.input.includes(">"), true);
  assertMatch(finding!.what, /it says/);
});

test("Session finds a promise that does not hold", () => {
  const [finding] = found({
    run(input) {
      promise(!input.includes("<>"), "there is a pair");
      return "fine";
    },
  });
  assertEquals([finding!.input, finding!.what], ["<>", "there is a pair"]);
});

test("Session tries the same for the same seed", () => {
  const tried = (): string[] => {
    const inputs: string[] = [];
    const target = { ...BASE, run: (input: string) => `${inputs.push(input) && input.length % 7}` };
    new Session(target, [], 3).run(500);
    return inputs;
  };
  assertEquals(tried(), tried());
});

test("judgeTime() finds work that grows with the square, and lets linear work pass", () => {
  const random = new Random(1);
  let clock = 0;
  const now = performance.now;
  performance.now = () => clock;
  try {
    const square: FuzzTarget = { ...BASE, run: (input) => `${clock += (input.length / 10_000) ** 2}` };
    const linear: FuzzTarget = { ...BASE, run: (input) => `${clock += input.length / 100}` };
    const short: FuzzTarget = { ...BASE, run: (input) => `${clock += (input.length / 100_000) ** 2}` };
    assertMatch(judgeTime(square, "abc", random)!.what, /262144 characters take 687 ms, a quarter 43 ms/);
    assertEquals(judgeTime(linear, "abc", random), undefined);
    assertEquals(judgeTime(short, "abc", random), undefined);
  } finally {
    performance.now = now;
  }
});

test("judge() and answer() tell a proper error like any other answer", () => {
  const target: FuzzTarget = {
    ...BASE,
    proper: () => true,
    run() {
      throw new RangeError("no");
    },
  };
  assertEquals([answer(target, ""), judge(target, "", new Random(1))], ["! RangeError: no", "! RangeError: no"]);
});

test("mutate() and amplify() keep to their lengths", () => {
  const random = new Random(2);
  for (let turn = 0; turn < 200; turn++) assert(mutate(random, "a".repeat(4_000), ["xyz"], "b").length <= 4_096);
  assertEquals(amplify("abcd", 1, 3, 10), "abcbcbcbcd");
  assertEquals(amplify("", 0, 0, 4), "aaaa");
});
