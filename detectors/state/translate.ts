// Stored rows of another layout brought into this one, field by field, by name: what an upgrade keeps of what was learned.
// Always holds: a field of the same name and length keeps its value, saturated when its type became smaller; a field that is new is
// zero, as in a fresh row. A row is left alone when something without fields (a filter) has another size: its counts would lie.

import { LIMIT, type NumberType, SIZE, saturate } from './fields.ts';

export interface FieldPlace {
  /** `owner.name` */
  readonly key: string;
  readonly type: NumberType;
  readonly length: number;
  /** First byte. */
  readonly at: number;
}

/** The bytes of a row, or of one of its blocks: fields, then `opaque` bytes of one meaning. */
export interface SectionForm {
  readonly name: string;
  readonly bytes: number;
  readonly fields: readonly FieldPlace[];
  readonly opaque: number;
}

/** What rows.ts saves: a byte of flags, the row, the blocks it has, a text. */
export interface RowForm {
  readonly row: SectionForm;
  readonly blocks: readonly SectionForm[];
}

export const sectionOf = (
  name: string,
  { bytes, fields }: Pick<SectionForm, 'bytes' | 'fields'>,
  opaque = 0,
): SectionForm => ({ name, bytes: bytes + opaque, fields, opaque });

export type Translate = (stored: Uint8Array) => Uint8Array | null;

type Copy = (from: DataView, source: number, to: DataView, target: number) => void;

/** Null when rows of that form cannot be brought over. */
export function translator(from: RowForm, to: RowForm): Translate | null {
  const names = new Map(to.blocks.map((block, at) => [block.name, at]));
  const sections = from.blocks.map((block) => {
    const at = names.get(block.name) ?? -1;
    return { block, at, copy: at < 0 ? null : copierOf(block, to.blocks[at]!) };
  });
  if (sections.some(({ at, copy }) => at >= 0 && copy === null)) return null;
  const row = copierOf(from.row, to.row);
  if (row === null) return null;
  return (stored) => {
    const flags = stored[0] ?? 0;
    let textAt = 1 + from.row.bytes;
    const present = sections.flatMap((section, kind) => {
      if (((flags >>> kind) & 1) === 0) return [];
      const start = textAt;
      textAt += section.block.bytes;
      return [{ ...section, start }];
    });
    const length = stored[textAt];
    if (length === undefined || stored.length !== textAt + 1 + length * 2) return null;
    const kept = present.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
    const size = kept.reduce((sum, { at }) => sum + to.blocks[at]!.bytes, 1 + to.row.bytes);
    const out = new Uint8Array(size + 1 + length * 2);
    const source = viewOf(stored);
    const target = viewOf(out);
    row(source, 1, target, 1);
    let written = 1 + to.row.bytes;
    for (const { at, copy, start } of kept) {
      out[0]! |= 1 << at;
      copy!(source, start, target, written);
      written += to.blocks[at]!.bytes;
    }
    out.set(stored.subarray(textAt), written);
    return out;
  };
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function copierOf(from: SectionForm, to: SectionForm): Copy | null {
  if (from.opaque !== to.opaque) return null;
  const olds = new Map(from.fields.map((field) => [field.key, field]));
  const copies = to.fields.flatMap((field) => {
    const old = olds.get(field.key);
    return old === undefined || old.length !== field.length ? [] : [{ old, field }];
  });
  return (source, start, target, at) => {
    for (const { old, field } of copies)
      for (let i = 0; i < field.length; i++)
        write(
          target,
          field.type,
          at + field.at + i * SIZE[field.type],
          read(source, old.type, start + old.at + i * SIZE[old.type]),
        );
    const end = at + to.bytes - to.opaque;
    for (let i = 0; i < to.opaque; i++)
      target.setUint8(end + i, source.getUint8(start + from.bytes - from.opaque + i));
  };
}

function read(view: DataView, type: NumberType, at: number): number {
  if (type === 'f64') return view.getFloat64(at, true);
  if (type === 'f32') return view.getFloat32(at, true);
  if (type === 'u32') return view.getUint32(at, true);
  return type === 'u16' ? view.getUint16(at, true) : view.getUint8(at);
}

function write(view: DataView, type: NumberType, at: number, value: number): void {
  if (type === 'f64') view.setFloat64(at, value, true);
  else if (type === 'f32') view.setFloat32(at, value, true);
  else if (type === 'u32') view.setUint32(at, saturate(value, LIMIT.u32), true);
  else if (type === 'u16') view.setUint16(at, saturate(value, LIMIT.u16), true);
  else view.setUint8(at, saturate(value, LIMIT.u8));
}
