/**
 * Owns the public jar: which cookies go to a URL, and which come from it.
 * Must not know layers or calls; files and time are given in.
 * Invariants: everything is synchronous once `ready()` has resolved; no value is printed, only
 * `serialize()`, `save()` and the cookies' own `value` give it out.
 */

import { after } from "../../base/after.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { inspectAs } from "../../base/inspect.ts";
import type { CookieSource } from "../../core/cookie_source.ts";
import type { Files } from "../../core/runtime.ts";
import { UnsupportedRuntimeError } from "../../errors.ts";
import type { MaybePromise } from "../../http/body.ts";
import { quote } from "../../http/field_grammar.ts";
import { RequestUrl } from "../../http/request_url.ts";
import { acceptCookie, type CookieOrigin, overlaysSecure } from "./accept_cookie.ts";
import type { Cookie, CookieFields } from "./cookie.ts";
import { formatCookieField } from "./cookie_field.ts";
import { type CookieInit, readCookieInit } from "./cookie_init.ts";
import { defaultPath, domainMatches, pathMatches, pathOf } from "./cookie_match.ts";
import { CookieShelf } from "./cookie_shelf.ts";
import type { CookieStore } from "./cookie_store.ts";
import { type CookieFormat, formatCookies, parseCookies, readCookieFile, writeCookieFile } from "./cookie_file.ts";
import { loadedPublicSuffixes, loadPublicSuffixes, type PublicSuffixes } from "./public_suffix.ts";
import { parseSetCookie, type Refusal, type SetCookie } from "./set_cookie.ts";
import { checkStored } from "./stored_cookie.ts";

/** How a jar is made. */
export interface CookieJarOptions {
  /** Keeps the cookies beyond the process. @default {none} */
  readonly store?: CookieStore;
  /** Files for `load` and `save`. @default {the runtime's} */
  readonly files?: Files | (() => Files | undefined);
  /**
   * Time.
   * @default {the clock of the machine}
   */
  readonly clock?: Clock;
}

/** Picks cookies: every field given must be equal. */
export interface CookieFilter {
  /** The name. */
  readonly name?: string;
  /** The domain, as the cookie has it. */
  readonly domain?: string;
  /** The path, as the cookie has it. */
  readonly path?: string;
}

/**
 * Cookies by the rules of RFC 6265bis: domains and paths, public suffixes, `__Host-` and `__Secure-`,
 * at most 50 per domain and 3000 in all, 4 KiB each, kept for 400 days at most.
 *
 * @example
 * ```ts
 * import { CookieJar } from "@jetstream/client";
 *
 * const jar = new CookieJar();
 * jar.set("theme=dark; Path=/", "https://example.com");
 * // The public suffixes are loaded before a cookie may name a domain.
 * await jar.ready();
 * jar.set({ name: "lang", value: "en", domain: "example.com", secure: true });
 * jar.get("https://example.com/", "theme")?.value; // "dark"
 * ```
 */
export class CookieJar implements CookieSource {
  readonly #clock: Clock;
  readonly #files: Files | (() => Files | undefined) | undefined;
  readonly #store: CookieStore | undefined;
  readonly #shelf: CookieShelf;
  #suffixes: PublicSuffixes | undefined;
  #loading: Promise<void> | undefined;
  #quiet = false;
  #isReady = false;

  /** An empty jar; a `store` is read when the jar is first used. */
  constructor(options: CookieJarOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#files = options.files;
    const store = this.#store = options.store;
    this.#shelf = new CookieShelf((cookie, reason) => {
      if (store === undefined || (reason === null && this.#quiet)) return;
      store.onChange({ type: reason === null ? "set" : "delete", cookie, reason });
    });
  }

  /** Loads the public suffixes and the store; `undefined` when that is done. Rejects with what the store threw. */
  ready(): Promise<void> | undefined {
    if (this.#loading !== undefined) return this.#loading;
    if (this.#isReady) return undefined;
    return this.#loading = this.#later().finally(() => this.#loading = undefined);
  }

  async #later(): Promise<void> {
    await this.#load();
  }

  /** @internal The same at once; whether that could be done. Throws what the store threw. */
  readyNow(): boolean {
    if (this.#isReady) return true;
    const loading = this.#load();
    if (loading === undefined) return true;
    loading.catch(() => {});
    return false;
  }

  /** At once where the suffixes are there and the store answers at once. */
  #load(): MaybePromise<void> {
    return after<PublicSuffixes, MaybePromise<void>>(loadedPublicSuffixes() ?? loadPublicSuffixes(), (suffixes) => {
      this.#suffixes = suffixes;
      if (this.#store === undefined) this.#isReady = true;
      else return after(this.#store.load(), (stored) => this.#take(stored));
    }) as MaybePromise<void>;
  }

  #take(stored: Iterable<CookieFields>): void {
    // What was set meanwhile is newer than what was stored before.
    this.#quietly(() => this.#restore(stored, false));
    this.#shelf.removeExpired(this.#clock.wall());
    this.#isReady = true;
  }

  #quietly(change: () => void): void {
    this.#quiet = true;
    try {
      change();
    } finally {
      this.#quiet = false;
    }
  }

  /** The value of the Cookie field for `url`, at most 16 KiB; empty for none. Counts as a use of the cookies. */
  cookieHeader(url: string | URL | RequestUrl): string {
    if (this.#shelf.size === 0) return "";
    const now = this.#clock.wall();
    return formatCookieField(this.#matching(urlOf(url), now), (cookie) => cookie.touch(now));
  }

  /** Takes the Set-Cookie values of a response from `url`; what the rules refuse is left out silently. */
  store(url: string | URL | RequestUrl, setCookies: readonly string[]): void {
    const from = originOf(urlOf(url));
    for (const text of setCookies) this.#keep(parseSetCookie(text), from);
  }

  /**
   * Sets one cookie, from a Set-Cookie value or an object. `url` says where it comes from; an
   * object with a `domain` needs none. Returns the cookie kept, `null` when it had expired and so
   * removed its like. Throws `TypeError` that says why a cookie is refused, and when a cookie names
   * a domain before `ready()` has resolved.
   */
  set(cookie: string | CookieInit, url?: string | URL | RequestUrl): Cookie | null {
    if (typeof cookie === "string") {
      if (url === undefined) {
        throw new TypeError("Cannot set a cookie from text without a url, expected where it came from");
      }
      return this.#keepOrThrow(parseSetCookie(cookie), originOf(urlOf(url)));
    }
    const init = readCookieInit(cookie);
    if (url === undefined && init.domain === "") {
      throw new TypeError(`Cannot set the cookie ${quote(init.name)}: it has no domain, expected one or a url`);
    }
    // Without a URL the caller vouches for the domain, as a secure origin there would.
    const from = url === undefined ? { host: init.domain, defaultPath: "/", secure: true } : originOf(urlOf(url));
    if (!init.hostOnly || init.domain === "") return this.#keepOrThrow(init, from);
    if (!domainMatches(from.host, init.domain)) {
      throw new TypeError(`Cannot set the cookie ${quote(init.name)}: its domain does not cover the host of the url`);
    }
    return this.#keepOrThrow({ ...init, domain: "" }, { ...from, host: init.domain });
  }

  /** The cookie of this name that goes to `url` first. */
  get(url: string | URL | RequestUrl, name: string): Cookie | undefined {
    return this.getAll(url).find((cookie) => cookie.name === name);
  }

  /** The cookies that go to `url`, in the order they are sent; without one, every cookie. */
  getAll(url?: string | URL | RequestUrl): Cookie[] {
    return url === undefined ? [...this] : this.#matching(urlOf(url), this.#clock.wall());
  }

  /** Removes the cookies that `filter` picks (a cookie picks itself); returns how many. Throws `TypeError` for an empty filter. */
  delete(filter: CookieFilter): number {
    const { name, domain, path } = filter;
    if (name === undefined && domain === undefined && path === undefined) {
      throw new TypeError("Cannot delete cookies: the filter is empty, expected name, domain or path, or clear()");
    }
    const picked = [...this.#shelf].filter((cookie) =>
      (name === undefined || cookie.name === name) &&
      (domain === undefined || cookie.domain === domain) &&
      (path === undefined || cookie.path === path)
    );
    for (const cookie of picked) this.#shelf.remove(cookie, "deleted");
    return picked.length;
  }

  /** Removes every cookie. */
  clear(): void {
    for (const cookie of [...this.#shelf]) this.#shelf.remove(cookie, "deleted");
  }

  /** How many cookies are alive. */
  get size(): number {
    return this.#live().length;
  }

  /** Every live cookie, domain by domain. */
  [Symbol.iterator](): IterableIterator<Cookie> {
    return this.#live()[Symbol.iterator]();
  }

  /** Looking changes nothing: what has expired goes when it is met on the way to a host. */
  #live(): Cookie[] {
    const now = this.#clock.wall();
    return [...this.#shelf].filter((cookie) => !cookie.isExpired(now));
  }

  /**
   * The live cookies as text, **values included**: `json` holds everything, `netscape` is the
   * `cookies.txt` of browsers' exports (a cookie with a tab in it has no form there and is left out).
   */
  serialize(format: CookieFormat = "json"): string {
    return formatCookies(this, format);
  }

  /**
   * Adds the cookies of a text that `serialize` or another client wrote, either format. Throws
   * `TypeError` that names the line or entry that cannot be read, before anything is added, and when
   * a cookie names a domain before `ready()` has resolved.
   */
  deserialize(text: string): void {
    this.#restore(parseCookies(text, this.#clock.wall()), true);
  }

  /** Adds the cookies of a file, either format. Rejects with `TypeError` when it cannot be understood. */
  async load(path: string): Promise<void> {
    const text = await readCookieFile(this.#filesFor("load"), path);
    await this.ready();
    this.deserialize(text);
  }

  /** Writes the live cookies, **values included**, to a file that only its owner may read (mode 0600); readers see the old or the new file. */
  async save(path: string, options: { readonly format?: CookieFormat } = {}): Promise<void> {
    const files = this.#filesFor("save");
    await this.ready();
    await writeCookieFile(files, path, this.serialize(options.format));
  }

  /** Without values: safe to log. */
  toJSON(): Record<string, unknown> {
    return { cookies: [...this].map((cookie) => cookie.toJSON()) };
  }

  #keepOrThrow(set: SetCookie | Refusal, from: CookieOrigin): Cookie | null {
    const kept = this.#keep(set, from);
    if (typeof kept !== "string") return kept;
    throw new TypeError(`Cannot set the cookie: ${kept}`);
  }

  #keep(set: SetCookie | Refusal, from: CookieOrigin): Cookie | null | Refusal {
    if (typeof set === "string") return set;
    const now = this.#clock.wall();
    const cookie = acceptCookie(set, from, now, this.#publicSuffixes);
    if (typeof cookie === "string") return cookie;
    if (!from.secure && !cookie.secure && overlaysSecure(cookie, this.#shelf)) {
      return "it did not come over https and would hide one that is Secure";
    }
    if (cookie.expires === null || cookie.expires > now) return this.#shelf.put(cookie, now);
    this.#shelf.remove(cookie, "expired");
    return null;
  }

  /** Checks all, then adds all; `replace` says who wins over a cookie that is there. */
  #restore(stored: Iterable<CookieFields>, replace: boolean): void {
    const now = this.#clock.wall();
    const checked: CookieFields[] = [];
    for (const fields of stored) {
      const cookie = checkStored(fields, now, this.#publicSuffixes);
      if (typeof cookie === "string") {
        throw new TypeError(`Cannot restore the cookie ${quote(fields.name)} of ${quote(fields.domain)}: ${cookie}`);
      }
      checked.push(cookie);
    }
    for (const cookie of checked) {
      // A store is told what has expired, a file is not.
      if (replace && cookie.expires !== null && cookie.expires <= now) continue;
      if (replace || this.#shelf.find(cookie) === undefined) this.#shelf.put(cookie, now);
    }
  }

  #matching(url: RequestUrl, now: number): Cookie[] {
    const path = pathOf(url.target);
    return this.#shelf.forHost(url.hostname, now)
      .filter((cookie) => (!cookie.secure || url.scheme === "https") && pathMatches(path, cookie.path))
      .sort((a, b) => b.path.length - a.path.length || a.created - b.created || a.order - b.order);
  }

  readonly #publicSuffixes = (): PublicSuffixes => {
    if (this.#suffixes !== undefined) return this.#suffixes;
    throw new TypeError(
      "Cannot keep a cookie for a domain: the public suffixes are not loaded yet, expected `await jar.ready()` before",
    );
  };

  #filesFor(action: string): Files {
    const files = typeof this.#files === "function" ? this.#files() : this.#files;
    if (files) return files;
    throw new UnsupportedRuntimeError(`Cannot ${action} the cookies: this runtime has no files`);
  }
}

inspectAs(CookieJar, (jar) => `CookieJar { size: ${jar.size} }`);

function urlOf(url: string | URL | RequestUrl): RequestUrl {
  return url instanceof RequestUrl ? url : new RequestUrl(url);
}

function originOf(url: RequestUrl): CookieOrigin {
  return { host: url.hostname, defaultPath: defaultPath(pathOf(url.target)), secure: url.scheme === "https" };
}
