/**
 * Owns the page in which the behaviour tests run: it tells their outcomes to its server, at `/outcomes`.
 * Must not know a test. `tests/runtime/bundle.mjs` puts the tests in.
 */

// @ts-ignore: the bundler resolves it
import "behaviour-tests";
import { Client } from "../../mod.ts";
import { countTests, type Outcome, runTest } from "./suite.ts";

const outcomes: Outcome[] = [];
for (let index = 0; index < countTests(); index++) outcomes.push(await runTest(index));
const { capabilities } = new Client();
await fetch("/outcomes", { method: "POST", body: JSON.stringify({ outcomes, capabilities }) });
