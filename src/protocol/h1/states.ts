/**
 * Owns the two state machines of an HTTP/1.1 exchange, as tables.
 * Must not know bytes, framing or time.
 * Invariant: a pair of state and event that the tables do not name is an error, so the
 * machines never leave their sets of states.
 *
 * States are small integers, since several steps are taken per exchange; the tables are
 * written with names and compiled once.
 */

/** Names of the states of the request side, by number. */
export const REQUEST_STATES = ["idle", "waiting", "body", "done", "abandoned", "upgraded", "closed"] as const;
/** Names of the states of the response side, by number. */
export const RESPONSE_STATES = ["idle", "head", "body", "done", "upgraded", "closed"] as const;
/** Names of what can happen to the request side, by number. */
export const REQUEST_EVENTS = [
  "head", // a head without a body was sent
  "headBody", // a head was sent, its body follows
  "headExpect", // a head was sent, its body waits for 100 (Continue)
  "continue", // 100 arrived
  "data", // bytes of the body were sent
  "end", // the body is complete
  "final", // a final response began
  "next", // both sides are done and the connection persists
  "upgrade", // 101, or 2xx to CONNECT
  "fail", // either side broke the protocol, or the peer closed
] as const;
/** Names of what can happen to the response side, by number. */
export const RESPONSE_EVENTS = [
  "request", // a request head was sent
  "informational", // 1xx arrived
  "final", // a final head arrived
  "data", // bytes of the body arrived
  "end", // the body is complete
  "next", // both sides are done and the connection persists
  "upgrade", // 101, or 2xx to CONNECT
  "fail", // either side broke the protocol, or the peer closed
] as const;

/** A state of the request side, by name. */
export type RequestState = typeof REQUEST_STATES[number];
/** A state of the response side, by name. */
export type ResponseState = typeof RESPONSE_STATES[number];
/** An event of the request side, by name. */
export type RequestEvent = typeof REQUEST_EVENTS[number];
/** An event of the response side, by name. */
export type ResponseEvent = typeof RESPONSE_EVENTS[number];

/** A table of transitions: what is absent is not allowed. */
export type Transitions<State extends string, Event extends string> = {
  readonly [S in State]: { readonly [E in Event]?: State };
};

/** What becomes of the request side. */
export const REQUEST_TRANSITIONS: Transitions<RequestState, RequestEvent> = {
  idle: { head: "done", headBody: "body", headExpect: "waiting", fail: "closed" },
  // The engine may lose patience and send the body without having seen 100.
  waiting: { continue: "body", data: "body", end: "done", final: "abandoned", fail: "closed" },
  // A final response may come early; the body may still be finished then.
  body: { continue: "body", data: "body", end: "done", final: "body", fail: "closed" },
  done: { continue: "done", final: "done", next: "idle", upgrade: "upgraded", fail: "closed" },
  abandoned: { fail: "closed" },
  upgraded: { fail: "closed" },
  closed: { fail: "closed" },
};

/** What becomes of the response side. */
export const RESPONSE_TRANSITIONS: Transitions<ResponseState, ResponseEvent> = {
  idle: { request: "head", fail: "closed" },
  head: { informational: "head", final: "body", upgrade: "upgraded", fail: "closed" },
  body: { data: "body", end: "done", fail: "closed" },
  done: { next: "idle", fail: "closed" },
  upgraded: { fail: "closed" },
  closed: { fail: "closed" },
};

/** Marks a pair that is not in a table. */
export const NO_TRANSITION = 255;

/** Turns a table of names into one of numbers: row by state, column by event. */
export function compileTransitions<State extends string, Event extends string>(
  states: readonly State[],
  events: readonly Event[],
  transitions: Transitions<State, Event>,
): Uint8Array {
  const table = new Uint8Array(states.length * events.length).fill(NO_TRANSITION);
  states.forEach((state, row) =>
    events.forEach((event, column) => {
      const next = transitions[state][event];
      if (next !== undefined) table[row * events.length + column] = states.indexOf(next);
    })
  );
  return table;
}

/** Gives each name its number. */
export function numbered<Name extends string>(names: readonly Name[]): { readonly [N in Name]: number } {
  return Object.freeze(Object.fromEntries(names.map((name, number) => [name, number]))) as { [N in Name]: number };
}

/** Numbers of the request states. */
export const REQUEST: { readonly [S in RequestState]: number } = numbered(REQUEST_STATES);
/** Numbers of the response states. */
export const RESPONSE: { readonly [S in ResponseState]: number } = numbered(RESPONSE_STATES);
/** Numbers of the request events. */
export const ON_REQUEST: { readonly [E in RequestEvent]: number } = numbered(REQUEST_EVENTS);
/** Numbers of the response events. */
export const ON_RESPONSE: { readonly [E in ResponseEvent]: number } = numbered(RESPONSE_EVENTS);

const REQUEST_TABLE = compileTransitions(REQUEST_STATES, REQUEST_EVENTS, REQUEST_TRANSITIONS);
const RESPONSE_TABLE = compileTransitions(RESPONSE_STATES, RESPONSE_EVENTS, RESPONSE_TRANSITIONS);

/** The request state after `event`, or {@linkcode NO_TRANSITION}. */
export function nextRequestState(state: number, event: number): number {
  return REQUEST_TABLE[state * REQUEST_EVENTS.length + event]!;
}

/** The response state after `event`, or {@linkcode NO_TRANSITION}. */
export function nextResponseState(state: number, event: number): number {
  return RESPONSE_TABLE[state * RESPONSE_EVENTS.length + event]!;
}
