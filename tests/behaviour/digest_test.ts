import { assertEquals } from "@std/assert";
import { digest } from "../../mod.ts";
import { behaviour } from "../support/behaviour.ts";
import { startServer } from "../support/server_process.ts";

const { port } = await startServer<{ port: number }>("tests/support/digest_server.mjs", {});

const USER = "J\u00e4s\u00f8n";
const PASSWORD = "Secret, or not?";
const right = (): ReturnType<typeof digest> => digest(USER, PASSWORD);
const at = (path: string): string => `http://127.0.0.1:${port}/${path}`;

for (const algorithm of ["MD5", "SHA-256", "SHA-512-256"]) {
  for (const name of [algorithm, `${algorithm}-sess`]) {
    for (const qop of ["auth", "auth-int"]) {
      behaviour(
        `digest() gets in with ${name} and ${qop}, request after request, with and without a body`,
        async ({ client }) => {
          for (const query of ["", "?userhash=1"]) {
            const one = client({ auth: right() });
            const url = at(`${name}/${qop}${query}`);
            const first = await one.post(url, { body: "the body" });
            assertEquals([first.status, first.json()], [200, { found: "right", length: 8 }]);
            for (const body of ["", "x".repeat(200_000)]) {
              const next = await one.post(url, { body });
              assertEquals([next.attempts.length, next.json()], [1, { found: "right", length: body.length }]);
            }
            assertEquals((await one.get(url)).json(), { found: "right", length: 0 });
          }
        },
      );
    }
  }

  behaviour(`digest() goes on with ${algorithm}-sess when its nonce is used up`, async ({ client }) => {
    const one = client({ auth: right() });
    const url = at(`${algorithm}-sess/auth?max=2`);
    const attempts: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const response = await one.get(url);
      assertEquals(response.json(), { found: "right", length: 0 });
      attempts.push(response.attempts.length);
    }
    assertEquals(attempts, [2, 1, 2, 1, 2]);
  });

  behaviour(`digest() does not get in with ${algorithm} and another password`, async ({ client }) => {
    const response = await client({ auth: digest(USER, "Secret") }).get(at(`${algorithm}/auth-int`));
    assertEquals([response.status, response.json()], [401, { found: "a wrong response", length: 0 }]);
  });
}
