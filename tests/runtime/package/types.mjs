/** The types of the package, as the TypeScript of its users reads them: with no `skipLibCheck`, with and without a DOM. */

import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../run/project.mjs";
import { findRuntime } from "../../run/runtimes.mjs";

const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

const PROGRAM = `
import { Client, type ClientOptions, type HttpResponse } from "@jetstream/client";
import { Client as BlockingClient, type HttpResponse as BlockingResponse } from "@jetstream/client/sync";

const options: ClientOptions = { timeout: { connect: 1 } };
export const response: Promise<HttpResponse> = new Client(options).get("http://a.test").then((response) => response);
export const blocking: BlockingResponse = new BlockingClient({ retry: 1 }).get("http://a.test");
export const body: unknown = blocking.json();
// @ts-expect-error: there is no such option
new Client({ timeouts: 1 });
// @ts-expect-error: a blocking call is no promise
blocking.then();
`;

const STRICT = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--noEmit"];

export async function checkTypes(project, { check }) {
  await project.write("types.ts", PROGRAM);
  await project.write("node_modules/@types/.keep", "");
  await symlink(join(ROOT, "node_modules/@types/node"), project.path("node_modules/@types/node"));
  await symlink(join(ROOT, "node_modules/undici-types"), project.path("node_modules/undici-types"));
  const targets = {
    "bundler, with a DOM": ["--module", "esnext", "--moduleResolution", "bundler", "--lib", "es2024,dom,dom.iterable"],
    "nodenext, with Node's types": ["--module", "nodenext", "--lib", "es2024", "--types", "node"],
  };
  for (const [what, args] of Object.entries(targets)) {
    await check(`tsc, ${what}`, async () => {
      const node = findRuntime("node24");
      await project.run(node, [TSC, ...STRICT, "--target", "es2022", "--ignoreConfig", ...args, "types.ts"]);
    });
  }
  await check("deno check", () => project.run(findRuntime("deno"), ["check", "types.ts"]).then(() => {}));
}
