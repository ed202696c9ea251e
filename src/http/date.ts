/**
 * Owns HTTP dates (RFC 9110 §5.6.7) in their three forms.
 * Must not know clocks; the one form with two digits for the year is told the current time.
 * Invariants: a text is one of the three forms to the letter or no date at all; the day of the
 * week must exist but is not checked against the date, as servers get it wrong.
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const IMF_FIXDATE = /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), (\d\d) ([A-Z][a-z][a-z]) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
const RFC_850 =
  /^(?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday), (\d\d)-([A-Z][a-z][a-z])-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/;
const ASCTIME = /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) ([A-Z][a-z][a-z]) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;

/** The longest date is of RFC 850: `Wednesday, 09-Nov-94 08:49:37 GMT`. */
const LONGEST = 33;

/**
 * Reads an HTTP date as milliseconds since 1970; `undefined` when it is none.
 * `now`, also in milliseconds, tells the century of a date of RFC 850.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  if (text.length > LONGEST) return undefined;
  let match = IMF_FIXDATE.exec(text);
  if (match) return timeOf(match[3]!, match[2]!, match[1]!, match[4]!, match[5]!, match[6]!);
  match = ASCTIME.exec(text);
  if (match) return timeOf(match[6]!, match[1]!, match[2]!.replace(" ", "0"), match[3]!, match[4]!, match[5]!);
  match = RFC_850.exec(text);
  if (!match) return undefined;
  const year = fullYear(Number(match[3]!), new Date(now).getUTCFullYear());
  return timeOf(String(year).padStart(4, "0"), match[2]!, match[1]!, match[4]!, match[5]!, match[6]!);
}

/** A year that seems more than 50 years away is the last one past with these digits. */
function fullYear(digits: number, thisYear: number): number {
  const year = thisYear - thisYear % 100 + digits;
  return year > thisYear + 50 ? year - 100 : year;
}

function timeOf(
  year: string,
  monthName: string,
  day: string,
  hour: string,
  minute: string,
  second: string,
): number | undefined {
  const month = MONTHS.indexOf(monthName);
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)];
  // 60 is a leap second; it counts as the first second of the next minute.
  if (month < 0 || h > 23 || m > 59 || s > 60) return undefined;
  const date = new Date(0);
  // Not Date.UTC: that takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(Number(year), month, d);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== d) return undefined;
  return date.setUTCHours(h, m, s);
}

/** Writes milliseconds since 1970 as an IMF-fixdate. Throws `RangeError` outside the years 0 to 9999. */
export function formatHttpDate(time: number): string {
  const date = new Date(time);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    throw new RangeError(`Cannot write the time ${time} as an HTTP date: expected a year from 0 to 9999`);
  }
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ` +
    `${String(year).padStart(4, "0")} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:` +
    `${two(date.getUTCSeconds())} GMT`;
}
