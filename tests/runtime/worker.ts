/**
 * Owns the worker in which the behaviour tests run: `/` tells how many there are, `/3` runs one.
 * Must not know a test. `tests/runtime/bundle.mjs` puts the tests in.
 */

// @ts-ignore: the bundler resolves it
import "behaviour-tests";
import { Client } from "../../mod.ts";
import { countTests, runTest } from "./suite.ts";

// Made while the module is loaded, as workers do with what all requests share.
const shared = new Client({ cookies: true });

interface Probe {
  readonly capabilities: unknown;
  readonly answer: unknown;
}

/** A call by the client that all requests share. */
async function probe(url: string): Promise<Probe> {
  return { capabilities: shared.capabilities, answer: await shared.get(url).json() };
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/probe") return Response.json(await probe(searchParams.get("url")!));
    return Response.json(pathname === "/" ? countTests() : await runTest(Number(pathname.slice(1))));
  },
};
