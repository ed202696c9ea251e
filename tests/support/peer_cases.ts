/**
 * Owns how the client's side of a step in `tests/full/` runs its cases: one after the other, each
 * within a limit, then the totals.
 * Must not know what the cases do.
 */

import { Client, type ClientOptions } from "../../mod.ts";
import { runtimeId } from "./runtime.ts";

/** One case. */
export type PeerCase = readonly [name: string, run: () => Promise<void>];

/** How long one call may take, and one case of thousands on a machine under load, in milliseconds. */
const CALL_LIMIT = 20_000;
const LIMIT = 60_000;

/** What the step has told this process. */
export function peerSettings<T>(): T {
  return JSON.parse(process.argv.at(-1)!) as T;
}

/** Runs `run` with a client that neither retries nor looks at the environment, unless told to. */
export async function withClient<T>(options: ClientOptions, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ retry: false, trustEnv: false, timeout: CALL_LIMIT, ...options });
  try {
    return await run(client);
  } finally {
    await client.close();
  }
}

/** SHA-256 in hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Runs all cases and sets the exit code. */
export async function runPeerCases(cases: readonly PeerCase[]): Promise<void> {
  let failed = 0;
  for (const [name, run] of cases) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`did not end within ${LIMIT} ms`)), LIMIT);
    });
    try {
      await Promise.race([run(), limit]);
    } catch (error) {
      failed++;
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      // deno-lint-ignore no-console
      console.log(`FAILED ${runtimeId()}: ${name}\n${text}`);
    } finally {
      clearTimeout(timer);
    }
  }
  // deno-lint-ignore no-console
  console.log(`${cases.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
