/**
 * Owns the list of behaviour tests that the blocking client does not pass, each with its reason.
 * The page `docs/how-to/sync.md` tells the same to users.
 */

/** One test that is for the asynchronous client alone. */
export interface Difference {
  /** The name of the test, word for word; or what the names of several have in common. */
  readonly test: string | RegExp;
  /** Why it is left out. */
  readonly reason: string;
}

/** Every test that is left out. */
export const DIFFERENCES: readonly Difference[] = [
  {
    test: "option overwrite false notices a file that came while it was fetched",
    reason: "progress is told while the worker goes on: the file that the test makes may come too late",
  },
  {
    test: /^fetch\(\) /,
    reason: "the web's fetch gives a promise by its nature; a blocking client has none",
  },
  {
    test: "option guard refuses inner addresses, on the way and after a redirect",
    reason: "a function as guard would have to answer at once in another thread; it is refused and rules named",
  },
  {
    test: "option guard.check is asked last, with what is about to be connected to",
    reason: "a function as guard would have to answer at once in another thread; it is refused and rules named",
  },
  {
    test: "a peer that never reads is offered 256 MiB and less than 8 MiB is pulled",
    reason: "the option signal is refused",
  },
  {
    test: "the shortcuts of a pending call raise for a status and send once",
    reason: "a blocking call returns the response itself: there is nothing pending that could have shortcuts",
  },
  {
    test: "option signal aborts a call in every phase with the caller's own reason",
    reason: "nothing can abort a signal while its thread waits; the option is refused and timeout named",
  },
  {
    test: "a call leaves no listener on the caller's signal",
    reason: "the option signal is refused",
  },
  {
    test: "download() that is aborted leaves its part, and the file as it was",
    reason: "the option signal is refused",
  },
  {
    test: "option body takes web streams and asynchronous iterables",
    reason: "they deliver by the event loop of the thread that waits; they are refused and iterables named",
  },
  {
    test: /^body is a web stream$|^pieces that came together over TLS /,
    reason: "a stream of the web delivers by promises; iterBytes() is what a thread that waits can use",
  },
  {
    test: "option pool.max bounds connections in all",
    reason: "a thread that waits has one call at a time",
  },
  {
    test: "option pool.perRoute bounds connections per route",
    reason: "a thread that waits has one call at a time",
  },
  {
    test: "option pool.maxQueue refuses at once when the queue is full",
    reason: "a thread that waits has one call at a time, and so no queue",
  },
  {
    test: "close() cuts calls under way",
    reason: "a thread that waits cannot close its client",
  },
  {
    test: "close() ends a call that waits for its next attempt",
    reason: "a thread that waits cannot close its client",
  },
  {
    test: "two calls of download() to one file do not mix",
    reason: "a thread that waits has one call at a time",
  },
  {
    test: "a call that is aborted over HTTP/2 leaves the others of its connection whole",
    reason: "the option signal is refused",
  },
];

/** Whether a test is for the asynchronous client alone. */
export function differs(name: string): boolean {
  return isAmong(DIFFERENCES, name);
}

/** Whether a list has a test of this name. */
export function isAmong(list: readonly Difference[], name: string): boolean {
  return list.some(({ test }) => typeof test === "string" ? test === name : test.test(name));
}
