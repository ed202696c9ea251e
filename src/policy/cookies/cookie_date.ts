/**
 * Owns the date of a cookie's Expires attribute (RFC 6265bis §5.1.1), which is not the HTTP date.
 * Must not know cookies.
 * Invariant: one pass over the text, each character looked at a bounded number of times; the order
 * and the separators of the parts do not matter, exactly as the algorithm says.
 */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

interface DateParts {
  time: readonly [hour: number, minute: number, second: number] | undefined;
  day: number | undefined;
  month: number | undefined;
  year: number | undefined;
}

/** Milliseconds since 1970 of a cookie date; `undefined` when it is none. */
export function parseCookieDate(text: string): number | undefined {
  const parts: DateParts = { time: undefined, day: undefined, month: undefined, year: undefined };
  for (let at = 0; at < text.length;) {
    if (isDelimiter(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && !isDelimiter(text.charCodeAt(at))) at++;
    takeToken(parts, text.slice(start, at));
  }
  return assemble(parts);
}

/** Each token is the first thing still missing that it can be. */
function takeToken(parts: DateParts, token: string): void {
  if (parts.time === undefined) {
    parts.time = readTime(token);
    if (parts.time !== undefined) return;
  }
  if (parts.day === undefined) {
    parts.day = readNumber(token, 1, 2);
    if (parts.day !== undefined) return;
  }
  if (parts.month === undefined) {
    const month = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    if (month >= 0) {
      parts.month = month;
      return;
    }
  }
  if (parts.year === undefined) parts.year = readNumber(token, 2, 4);
}

function assemble({ time, day, month, year }: DateParts): number | undefined {
  if (time === undefined || day === undefined || month === undefined || year === undefined) return undefined;
  let full = year;
  if (year >= 70 && year <= 99) full = year + 1900;
  else if (year <= 69) full = year + 2000;
  const [hour, minute, second] = time;
  if (day < 1 || full < 1601 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = Date.UTC(full, month, day, hour, minute, second);
  // A day that the month does not have rolls over into the next one: no such date.
  return new Date(date).getUTCDate() === day ? date : undefined;
}

/** `hms-time`: three fields of one or two digits; a non-digit ends it, and anything may follow. */
function readTime(token: string): [number, number, number] | undefined {
  const hourEnd = digitsFrom(token, 0, 2);
  if (hourEnd === 0 || token[hourEnd] !== ":") return undefined;
  const minuteEnd = digitsFrom(token, hourEnd + 1, 2);
  if (minuteEnd === hourEnd + 1 || token[minuteEnd] !== ":") return undefined;
  const secondEnd = digitsFrom(token, minuteEnd + 1, 2);
  if (secondEnd === minuteEnd + 1 || isDigit(token.charCodeAt(secondEnd))) return undefined;
  return [
    Number(token.slice(0, hourEnd)),
    Number(token.slice(hourEnd + 1, minuteEnd)),
    Number(token.slice(minuteEnd + 1, secondEnd)),
  ];
}

/** `min` to `max` digits at the start, then the end or a non-digit. */
function readNumber(token: string, min: number, max: number): number | undefined {
  const end = digitsFrom(token, 0, max);
  if (end < min || isDigit(token.charCodeAt(end))) return undefined;
  return Number(token.slice(0, end));
}

/** Where a run of at most `max` digits from `start` on ends. */
function digitsFrom(text: string, start: number, max: number): number {
  let at = start;
  while (at < text.length && at - start < max && isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** `delimiter` = %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E. */
function isDelimiter(code: number): boolean {
  return code === 0x09 || (code >= 0x20 && code <= 0x2f) || (code >= 0x3b && code <= 0x40) ||
    (code >= 0x5b && code <= 0x60) || (code >= 0x7b && code <= 0x7e);
}
