// The rows of credentials: light fields of baseline and detectors in one row, heavier blocks in pools, views on both.
// Always holds: a view shows the row last sought. Memory is bounded by the number of credentials and of blocks.

import type { Detector } from '../detector.ts';
import { hash128 } from '../hash.ts';
import { f32s, SIZE, type StateFields, type StateView, u8s, u32s } from '../state/fields.ts';
import { compileLayout, type Declaration } from '../state/layout.ts';
import { createRows, type Rows } from '../state/rows.ts';
import { createCursor } from '../state/slab.ts';
import { type FieldPlace, type RowForm, sectionOf } from '../state/translate.ts';
import {
  CORE,
  CORE_SOURCES,
  HEAVY,
  HEAVY_SOURCE_FIELDS,
  HOURLY_BYTES,
  HOURLY_COUNT,
  HOURLY_HEAVY,
  LARGE_OBJECTS,
  SMALL_FILTER_BYTES,
} from './fields.ts';
import { LARGE_BLOCK_BYTES } from './object-memory.ts';

/** Position of each kind of block among the pools. */
export const BLOCK = { heavy: 0, objectsSmall: 1, objectsLarge: 2, findings: 3 } as const;

/** What the engine remembers of the last finding of each detector about a credential. */
const findingFields = (detectors: number) =>
  ({
    minute: u32s(detectors, 'event time of the last finding, minutes; 0 when there was none'),
    logE: f32s(detectors, 'its evidence'),
    records: f32s(detectors, 'records it claimed'),
    paged: u8s(detectors, '1 when it paged'),
  }) as const;

const idOf = ({ meta }: Detector): string => meta.id;

/** Arrays over the detectors' positions as a field of each detector. */
const byDetector = (fields: readonly FieldPlace[], detectors: readonly Detector[]): FieldPlace[] =>
  fields.flatMap(({ key, type, length, at }) => {
    const size = SIZE[type];
    return detectors
      .slice(0, length)
      .map((detector, i) => ({ key: `${key}.${idOf(detector)}`, type, length: 1, at: at + i * size }));
  });

export type CredentialRows = ReturnType<typeof createCredentialRows>;

export function createCredentialRows(options: {
  detectors: readonly Detector[];
  capacity: number;
  onEvict: (slot: number) => void;
}) {
  const { detectors, capacity } = options;
  const own = (pick: (detector: Detector) => StateFields): Declaration[] =>
    detectors.map((detector) => ({ owner: detector.meta.id, fields: pick(detector) }));
  const light = compileLayout([
    { owner: 'core', fields: CORE },
    { owner: 'sources', fields: CORE_SOURCES },
    { owner: 'bytes', fields: HOURLY_BYTES },
    { owner: 'requests', fields: HOURLY_COUNT },
    { owner: 'novel', fields: HOURLY_COUNT },
    ...own((detector) => detector.light),
  ]);
  const heavy = compileLayout([
    { owner: 'heavy', fields: HEAVY },
    { owner: 'sources', fields: HEAVY_SOURCE_FIELDS },
    { owner: 'bytes', fields: HOURLY_HEAVY },
    { owner: 'requests', fields: HOURLY_HEAVY },
    { owner: 'novel', fields: HOURLY_HEAVY },
    ...own((detector) => detector.heavy),
  ]);
  const large = compileLayout([{ owner: 'objects', fields: LARGE_OBJECTS }]);
  const lastFindings = findingFields(Math.max(1, detectors.length));
  const findings = compileLayout([{ owner: 'findings', fields: lastFindings }]);
  const share = (part: number): number => Math.max(64, Math.ceil(capacity / part));
  const rows: Rows = createRows({
    layout: light,
    capacity,
    chunkRows: 4096,
    onEvict: options.onEvict,
    // Bounds as shares of the credentials: busy ones are few, those with a thousand objects fewer.
    blocks: [
      { handleAt: light.offset('core', 'heavy'), bytes: heavy.bytes, bound: share(4), chunkBlocks: 256 },
      {
        handleAt: light.offset('core', 'objectsSmall'),
        bytes: SMALL_FILTER_BYTES,
        bound: share(4),
        chunkBlocks: 256,
      },
      {
        handleAt: light.offset('core', 'objectsLarge'),
        bytes: large.bytes + LARGE_BLOCK_BYTES,
        bound: share(64),
        chunkBlocks: 16,
      },
      {
        handleAt: light.offset('core', 'findings'),
        bytes: findings.bytes,
        bound: share(16),
        chunkBlocks: 256,
      },
    ],
  });
  const row = rows.slab.cursor;
  const heavyCursor = rows.pools[BLOCK.heavy]!.cursor;
  // Rows of the summary are read through a cursor of their own, so that listing does not move the engine's.
  const aside = createCursor();
  return {
    rows,
    form: {
      row: sectionOf('light', light),
      blocks: [
        sectionOf('heavy', heavy),
        sectionOf('objectsSmall', { bytes: 0, fields: [] }, SMALL_FILTER_BYTES),
        sectionOf('objectsLarge', large, LARGE_BLOCK_BYTES),
        sectionOf('findings', { bytes: findings.bytes, fields: byDetector(findings.fields, detectors) }),
      ],
    } satisfies RowForm,
    digest: [light.digest, heavy.digest, large.digest, hash128(findings.digest + detectors.map(idOf))]
      .map((digest) => digest.slice(0, 8))
      .join(''),
    rowBytes: light.bytes,
    heavyBytes: heavy.bytes,
    largeLayout: large,
    core: light.view('core', CORE, row),
    sources: light.view('sources', CORE_SOURCES, row),
    bytes: light.view('bytes', HOURLY_BYTES, row),
    requests: light.view('requests', HOURLY_COUNT, row) as StateView<typeof HOURLY_BYTES>,
    novel: light.view('novel', HOURLY_COUNT, row) as StateView<typeof HOURLY_BYTES>,
    heavy: heavy.view('heavy', HEAVY, heavyCursor),
    heavySources: heavy.view('sources', HEAVY_SOURCE_FIELDS, heavyCursor),
    heavyBytesStats: heavy.view('bytes', HOURLY_HEAVY, heavyCursor),
    heavyRequests: heavy.view('requests', HOURLY_HEAVY, heavyCursor),
    heavyNovel: heavy.view('novel', HOURLY_HEAVY, heavyCursor),
    large: large.view('objects', LARGE_OBJECTS, rows.pools[BLOCK.objectsLarge]!.cursor),
    findings: findings.view('findings', lastFindings, rows.pools[BLOCK.findings]!.cursor),
    lightOf: (detector: Detector) => light.view(detector.meta.id, detector.light, row),
    heavyOf: (detector: Detector) => heavy.view(detector.meta.id, detector.heavy, heavyCursor),
    aside: light.view('core', CORE, aside),
    seekAside: (slot: number) => rows.slab.seek(slot, aside),
    /** Points all views at the row; the heavy ones only when it has a heavy block. */
    seek(slot: number): void {
      rows.pin(slot);
      rows.slab.seek(slot);
      const handle = this.core.heavy;
      if (handle !== 0) rows.pools[BLOCK.heavy]!.seek(handle);
    },
  };
}
