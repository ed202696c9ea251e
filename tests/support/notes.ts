/**
 * Owns a client whose requests are written down in place of being sent.
 * Must not know what they are looked at for.
 */

import { assertEquals } from "@std/assert";
import { Client, type HttpRequest, type RequestOptions, type Transport } from "../../mod.ts";
import type { TestContext } from "./suite.ts";

const STOPPED = new Error("stopped");

/** A client that notes requests in place of sending them. */
export class Notes implements Transport {
  readonly requests: HttpRequest[] = [];
  readonly client: Client = new Client({ transport: this, retry: false, trustEnv: false });

  send(request: HttpRequest): Promise<never> {
    this.requests.push(request);
    return Promise.reject(STOPPED);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The request that a call comes to, or the failure that kept it from being sent. */
  async of(method: string, url: string, options?: RequestOptions): Promise<HttpRequest | Error> {
    const before = this.requests.length;
    try {
      await this.client.request(method, url, options);
    } catch (error) {
      if (error !== STOPPED) {
        assertEquals(this.requests.length, before, "it was sent all the same");
        return error as Error;
      }
    }
    return this.requests[before]!;
  }
}

/** One that is closed when the test ends. */
export function notes(t: TestContext): Notes {
  const made = new Notes();
  t.after(() => made.client.close());
  return made;
}
