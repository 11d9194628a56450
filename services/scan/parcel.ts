// Events packed for another thread: columns instead of objects, and what comes again and again (who called, routes, methods) sent once.
// Always holds: unpacking the parcels in their order gives events equal to those packed; both sides know the same bounded tables.
// Does not promise: events of their own objects. Calls of one caller share what is said of it, so nobody may change it.

import type { ApiEvent, EventObject } from '../../schemas/event.ts';

type Caller = Pick<ApiEvent, 'client' | 'credential'>;

/** What postMessage() copies quickly: arrays of texts and numbers. */
export interface Parcel {
  count: number;
  /** Both tables begin anew before what is new is added. */
  anew: boolean;
  newTexts: string[];
  newCallers: Caller[];
  /** For each event: places in the tables, as TEXTS and the caller. */
  places: Int32Array;
  /** For each event: the numbers of NUMBERS; NaN for null. */
  numbers: Float64Array;
  /** For each event: id, path, query. */
  texts: string[];
  requestIds: (string | null)[] | null;
  pages: (ApiEvent['page'] | null)[];
  /** For each event the number of its objects, then for each of them the place of its collection. */
  objectCounts: Int32Array;
  collections: number[];
  objectIds: string[];
}

const TEXTS = ['gateway', 'tenant', 'environment', 'host', 'method', 'route', 'query_shape'] as const;
const PLACES = TEXTS.length + 1;
const NUMBERS = ['at', 'status', 'bytes_in', 'bytes_out', 'items', 'latency_ms'] as const;
const WIDTH = NUMBERS.length;
/** Entries of a table; then both begin anew. */
const MOST = 32_768;

export function createPacker(): (events: readonly ApiEvent[]) => Parcel {
  const texts = new Map<string, number>();
  const callers = new Map<ApiEvent['credential'], { place: number; client: ApiEvent['client'] }>();
  let callerCount = 0;

  function emptyParcel(count: number): Parcel {
    const anew = texts.size > MOST || callerCount > MOST;
    if (anew) {
      texts.clear();
      callers.clear();
      callerCount = 0;
    }
    return {
      count,
      anew,
      newTexts: [],
      newCallers: [],
      places: new Int32Array(count * PLACES),
      numbers: new Float64Array(count * WIDTH),
      texts: [],
      requestIds: null,
      pages: [],
      objectCounts: new Int32Array(count),
      collections: [],
      objectIds: [],
    };
  }

  function placeOf(text: string, parcel: Parcel): number {
    let place = texts.get(text);
    if (place === undefined) {
      place = texts.size;
      texts.set(text, place);
      parcel.newTexts.push(text);
    }
    return place;
  }

  /** Told apart by identity: callers that are read anew for each call are sent for each call. */
  function placeOfCaller({ client, credential }: ApiEvent, parcel: Parcel): number {
    const known = callers.get(credential);
    if (known?.client === client) return known.place;
    const place = callerCount++;
    callers.set(credential, { place, client });
    parcel.newCallers.push({ client, credential });
    return place;
  }

  function pack(event: ApiEvent, i: number, parcel: Parcel): void {
    const { places, numbers } = parcel;
    let at = i * PLACES;
    for (const name of TEXTS) places[at++] = placeOf(event[name], parcel);
    places[at] = placeOfCaller(event, parcel);
    at = i * WIDTH;
    for (const name of NUMBERS) numbers[at++] = event[name] ?? Number.NaN;
    parcel.texts.push(event.id, event.path, event.query);
    if (event.request_id !== null) {
      parcel.requestIds ??= Array.from({ length: parcel.count }, () => null);
      parcel.requestIds[i] = event.request_id;
    }
    parcel.pages.push(event.page);
    parcel.objectCounts[i] = event.objects.length;
    for (const { collection, id } of event.objects) {
      parcel.collections.push(placeOf(collection, parcel));
      parcel.objectIds.push(id);
    }
  }

  return (events) => {
    const parcel = emptyParcel(events.length);
    for (let i = 0; i < events.length; i++) pack(events[i]!, i, parcel);
    return parcel;
  };
}

export function createUnpacker(): (parcel: Parcel) => ApiEvent[] {
  let texts: string[] = [];
  let callers: Caller[] = [];

  function unpack(parcel: Parcel, i: number, objects: EventObject[]): ApiEvent {
    const { places, numbers } = parcel;
    const p = i * PLACES;
    const n = i * WIDTH;
    const { client, credential } = callers[places[p + 7]!]!;
    return {
      id: parcel.texts[3 * i]!,
      at: numbers[n]!,
      gateway: texts[places[p]!]!,
      tenant: texts[places[p + 1]!]!,
      environment: texts[places[p + 2]!]!,
      host: texts[places[p + 3]!]!,
      method: texts[places[p + 4]!]!,
      path: parcel.texts[3 * i + 1]!,
      route: texts[places[p + 5]!]!,
      objects,
      query: parcel.texts[3 * i + 2]!,
      query_shape: texts[places[p + 6]!]!,
      page: parcel.pages[i]!,
      status: numbers[n + 1]!,
      bytes_in: numbers[n + 2]!,
      bytes_out: numbers[n + 3]!,
      items: orNull(numbers[n + 4]!),
      latency_ms: orNull(numbers[n + 5]!),
      request_id: parcel.requestIds === null ? null : parcel.requestIds[i]!,
      client,
      credential,
    };
  }

  return (parcel) => {
    if (parcel.anew) {
      texts = [];
      callers = [];
    }
    for (const text of parcel.newTexts) texts.push(text);
    for (const caller of parcel.newCallers) callers.push(caller);
    const events: ApiEvent[] = [];
    let object = 0;
    for (let i = 0; i < parcel.count; i++) {
      const objects: EventObject[] = [];
      for (let k = parcel.objectCounts[i]!; k > 0; k--, object++)
        objects.push({ collection: texts[parcel.collections[object]!]!, id: parcel.objectIds[object]! });
      events.push(unpack(parcel, i, objects));
    }
    return events;
  };
}

const orNull = (number: number): number | null => (Number.isNaN(number) ? null : number);
