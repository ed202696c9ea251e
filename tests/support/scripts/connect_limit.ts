/** A program that fails to connect within a limit: `url limit`. */

import { get } from "../../../mod.ts";

const [url, limit] = process.argv.slice(2) as [string, string];

function main(): void {
  const start = performance.now();
  get(url, { timeout: { connect: Number(limit) }, retry: false }).then(
    () => console.log("answered"),
    (error: unknown) =>
      console.log(JSON.stringify({ code: (error as { code: string }).code, after: performance.now() - start })),
  );
}

main();
