/** Preloaded on Node 24: resolves `@std/*` to the stand-ins; Deno has `links`, Bun has `paths` for this. */

import { registerHooks } from "node:module";
import { STD } from "./transpile.mjs";

const root = new URL("../../", import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    const path = STD[specifier];
    return path
      ? { url: new URL(path, root).href, format: "module-typescript", shortCircuit: true }
      : next(specifier, context);
  },
});
