/**
 * A plugin for `deno lint` that flags hazards in code which uses `fetch`, axios, got or ky, and shows
 * how a Jetstream client is called instead. Only `deno lint` loads it; nothing of the client is imported.
 *
 * ```json
 * { "lint": { "plugins": ["jsr:@jetstream/client/lint"] } }
 * ```
 *
 * @module
 */

import type { Plugin } from "./ast.ts";
import { noPostRetry } from "./rules/no_post_retry.ts";
import { noUnreadBody } from "./rules/no_unread_body.ts";
import { noUnverifiedTls } from "./rules/no_unverified_tls.ts";
import { noUrlCredentials } from "./rules/no_url_credentials.ts";
import { requireStatusCheck } from "./rules/require_status_check.ts";
import { requireTimeout } from "./rules/require_timeout.ts";

/**
 * The plugin, with six rules whose names begin with `jetstream/`. A rule is left out by
 * `"rules": { "exclude": ["jetstream/require-timeout"] }`, a line by `// deno-lint-ignore jetstream/require-timeout`.
 */
const plugin: Plugin = {
  name: "jetstream",
  rules: {
    "no-post-retry": noPostRetry,
    "no-unread-body": noUnreadBody,
    "no-unverified-tls": noUnverifiedTls,
    "no-url-credentials": noUrlCredentials,
    "require-status-check": requireStatusCheck,
    "require-timeout": requireTimeout,
  },
};

export type { Plugin } from "./ast.ts";
// The linter takes the default export and no other.
export { plugin as default };
