/**
 * Owns the kinds of values that cross by a form.
 * Must not know how a form is made or read.
 * Invariant: both threads run the same version of this library, so a number means the same to both.
 */

/** The kinds, by what crosses. */
export const KIND = {
  /** Something that the receiver lent to the sender. */
  returned: 0,
  symbol: 1,
  date: 2,
  url: 3,
  searchParams: 4,
  map: 5,
  set: 6,
  headerList: 7,
  requestUrl: 8,
  error: 9,
  attempt: 10,
  request: 11,
  response: 12,
  body: 13,
  function: 14,
  iterable: 15,
  blob: 16,
  instance: 17,
  recipe: 18,
  jar: 19,
  jsonText: 20,
  jsonCodec: 21,
  heldBytes: 22,
  auth: 23,
  call: 24,
  authContext: 25,
  liveBody: 26,
  pairs: 27,
  failure: 28,
  signal: 29,
  formData: 30,
  bytesBody: 31,
  facts: 32,
  /** `[slot, kind, payload]`: a value to remember. */
  tell: 33,
  /** The slot of a value told before. */
  told: 34,
  /** `[number, offset, length]`: bytes whose memory changes hands. */
  given: 35,
} as const;
