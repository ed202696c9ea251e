/**
 * Owns the stand-ins for what a worker or a page has not: an environment, processes, descriptors.
 * Must not know a test.
 */

import { UnsupportedRuntimeError } from "../../mod.ts";
import type { Origin } from "../support/origin.ts";

/** Put in when the tests are bundled. */
declare const ORIGIN: Origin & { readonly servers?: Readonly<Record<string, unknown>> };

export type { Origin } from "../support/origin.ts";

/** The server, which runs already; a page talks to its own origin. */
export function origin(): Promise<Origin> {
  const page = (globalThis as { location?: { origin?: string } }).location?.origin;
  return Promise.resolve(page?.startsWith("http") ? { ...ORIGIN, http: page } : ORIGIN);
}

/** Where the tests run. */
export function runtimeName(): string {
  return "document" in globalThis ? "page" : "edge";
}

/** Every call goes by the runtime's `fetch`. */
export function getEnv(name: string): string | undefined {
  return name === "JETSTREAM_TRANSPORT" ? "fetch" : undefined;
}

/** There is no environment. */
export function setEnv(): never {
  throw new UnsupportedRuntimeError("There is no environment here");
}

/** What a console would print: nothing that is private shows in JSON or in text. */
export function inspect(value: unknown): string {
  return `${JSON.stringify(value)} ${String(value)}`;
}

/** The servers run already; their ports stand where that of the origin does. */
export function startServer(program: string): Promise<unknown> {
  const ports = ORIGIN.servers?.[program];
  return ports === undefined
    ? Promise.reject(new Error(`${program} does not run: name it where the tests are bundled`))
    : Promise.resolve(ports);
}

/** There are no descriptors to look at; counts of a client are looked at all the same. */
export function watchLeaks(t: { after(cleanup: () => unknown): void }, probe: () => Record<string, number>): void {
  t.after(() => {
    const left = Object.entries(probe()).filter(([, count]) => count !== 0);
    if (left.length > 0) throw new Error(`Test left something behind: ${JSON.stringify(left)}`);
  });
}
