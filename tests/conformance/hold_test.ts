import { assertEquals } from "@std/assert";
import { startScript } from "../support/processes.ts";
import { rawServer } from "../support/raw_server.ts";
import { runtimeName, test } from "../support/suite.ts";
import { temporaryPath } from "../support/temporary.ts";
import { fixture } from "./tls_fixture.ts";

/** Milliseconds after which a process that has come to the end of its script is held by something. */
const HELD = 400;

for (const which of runtimeName() === "node" ? ["native"] : ["native", "node"]) {
  for (const how of ["clear", "tls"]) {
    for (const [hold, ends] of [["ref", false], ["unref", true], ["both", false]] as const) {
      test(`[${which}, ${how}] ${hold} ${ends ? "lets the process end" : "holds the process"}`, async (t) => {
        const { authority, good } = await fixture();
        const tls = how === "tls" ? { tls: { cert: good.cert, key: good.key } } : {};
        const server = await rawServer(undefined, tls);
        t.after(() => server.close());
        const ca = temporaryPath("pem");
        const { writeFileSync, rmSync } = process.getBuiltinModule("node:fs");
        writeFileSync(ca, authority.cert);
        t.after(() => rmSync(ca));
        const child = startScript("hold_script", [which, how, hold, String(server.port)], ["-A"], {
          DENO_CERT: ca,
          NODE_EXTRA_CA_CERTS: ca,
        });
        t.after(() => child.stop());
        assertEquals(await child.line(), "end of script");
        const later = new Promise<undefined>((resolve) => {
          const timer = setTimeout(() => resolve(undefined), ends ? 10_000 : HELD);
          t.after(() => clearTimeout(timer));
        });
        const result = await Promise.race([child.ended, later]);
        assertEquals(result?.code, ends ? 0 : undefined);
      });
    }
  }
}
