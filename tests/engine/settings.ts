/**
 * Owns the settings of calls in the tests of the engine.
 * Must not know options.
 */

import type { Settings, TimeoutSettings, TlsChoice } from "../../src/core/settings.ts";

const NO_LIMIT: TimeoutSettings = {
  total: Infinity,
  attempt: Infinity,
  pool: 10_000,
  connect: 10_000,
  write: 30_000,
  head: 60_000,
  read: 60_000,
  expect: 1_000,
  source: {},
};

/** TLS without any wish. */
export const PLAIN_TLS: TlsChoice = {
  settings: {
    ca: null,
    extraCa: null,
    cert: null,
    key: null,
    verify: true,
    pins: null,
    minVersion: "1.2",
    maxVersion: null,
  },
  serverName: null,
  alpn: null,
  key: "default",
};

/** What a test may set. */
export type SettingsChange = Partial<Omit<Settings, "timeout" | "limits">> & {
  readonly timeout?: Partial<TimeoutSettings>;
  readonly limits?: Partial<Settings["limits"]>;
};

/** Settings with the defaults of the client, and no layer switched on. */
export function settings(change: SettingsChange = {}): Settings {
  const base = {
    lenient: new Set(),
    tls: PLAIN_TLS,
    proxy: null,
    unix: null,
    localAddress: null,
    http2: false,
    retry: null,
    redirect: null,
    decode: null,
    compress: null,
    auth: null,
    cookies: null,
    ownCookies: "",
    hooks: null,
    callLayers: [],
    networkLayers: [],
    raise: null,
    expectContinue: false,
    parseJson: null,
    save: null,
    onUploadProgress: null,
    onDownloadProgress: null,
    listener: null,
    signal: null,
    tag: undefined,
  };
  return {
    ...base,
    ...change,
    timeout: { ...NO_LIMIT, ...change.timeout },
    limits: {
      head: 65_536,
      fields: 128,
      informational: 32,
      chunkExtensions: 4_096,
      trailers: 16_384,
      body: 64 * 1024 * 1024,
      drain: 65_536,
      ...change.limits,
    },
  } as Settings;
}
