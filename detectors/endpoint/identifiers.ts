// Collections whose ids name a person rather than a record: addresses, phone numbers, user names looked up in a query.

const NAMES =
  /^\?(?:e[-_]?mail|mail|phone|phone[-_]?number|msisdn|mobile|user[-_]?name|login|handle|account)s?$/i;

export const isIdentifier = (collection: string): boolean =>
  collection.charCodeAt(0) === 63 && NAMES.test(collection);
