/**
 * Owns what the tests of the blocking client share.
 * Must not know what they call.
 */

import { Client, type ClientOptions } from "../../sync.ts";
import type { TestContext } from "./suite.ts";

/** A blocking client that is closed when the test ends. */
export function blockingClient(t: TestContext, options?: ClientOptions): Client {
  const client = new Client(options);
  t.after(() => client.close());
  return client;
}

/** What `run` throws. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown");
}
