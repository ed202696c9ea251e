import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  compileTransitions,
  nextRequestState,
  nextResponseState,
  NO_TRANSITION,
  numbered,
  ON_REQUEST,
  ON_RESPONSE,
  REQUEST,
  REQUEST_EVENTS,
  REQUEST_STATES,
  REQUEST_TRANSITIONS,
  RESPONSE,
  RESPONSE_EVENTS,
  RESPONSE_STATES,
  RESPONSE_TRANSITIONS,
} from "../../../src/protocol/h1/states.ts";
import { test } from "../../support/suite.ts";

test("nextRequestState() does for every pair what the table says", () => {
  for (const state of REQUEST_STATES) {
    for (const event of REQUEST_EVENTS) {
      const wanted = REQUEST_TRANSITIONS[state][event];
      const next = nextRequestState(REQUEST[state], ON_REQUEST[event]);
      assertEquals(next, wanted === undefined ? NO_TRANSITION : REQUEST[wanted], `${state}, ${event}`);
    }
  }
});

test("nextResponseState() does for every pair what the table says", () => {
  for (const state of RESPONSE_STATES) {
    for (const event of RESPONSE_EVENTS) {
      const wanted = RESPONSE_TRANSITIONS[state][event];
      const next = nextResponseState(RESPONSE[state], ON_RESPONSE[event]);
      assertEquals(next, wanted === undefined ? NO_TRANSITION : RESPONSE[wanted], `${state}, ${event}`);
    }
  }
});

test("the machines never leave their states, whatever happens in whatever order", () => {
  fc.assert(fc.property(fc.array(fc.nat()), (numbers) => {
    let request = REQUEST.idle;
    let response = RESPONSE.idle;
    for (const number of numbers) {
      const nextRequest = nextRequestState(request, number % REQUEST_EVENTS.length);
      const nextResponse = nextResponseState(response, number % RESPONSE_EVENTS.length);
      if (nextRequest !== NO_TRANSITION) request = nextRequest;
      if (nextResponse !== NO_TRANSITION) response = nextResponse;
      assert(REQUEST_STATES[request] !== undefined);
      assert(RESPONSE_STATES[response] !== undefined);
    }
  }));
});

test("every state can be reached, and every state can fail", () => {
  for (
    const [states, transitions] of [
      [REQUEST_STATES, REQUEST_TRANSITIONS],
      [RESPONSE_STATES, RESPONSE_TRANSITIONS],
    ] as const
  ) {
    const reached = new Set<string>(["idle"]);
    for (let grown = true; grown;) {
      const before = reached.size;
      for (const [state, row] of Object.entries<{ [event: string]: string }>(transitions)) {
        if (reached.has(state)) { for (const next of Object.values(row)) reached.add(next); }
      }
      grown = reached.size > before;
    }
    assertEquals([...reached].sort(), [...states].sort());
    for (const row of Object.values<{ fail?: string }>(transitions)) assertEquals(row.fail, "closed");
  }
});

test("compileTransitions() marks what is not named", () => {
  const table = compileTransitions(["a", "b"], ["go", "stop"], { a: { go: "b" }, b: { stop: "a", go: "b" } });
  assertEquals([...table], [1, NO_TRANSITION, 1, 0]);
});

test("numbered() gives each name its place", () => {
  assertEquals({ ...numbered(["x", "y"]) }, { x: 0, y: 1 });
});
