// Which layouts stored rows may have: this one's, and those that are described.
// Always holds: bytes of this layout are given back as they are; of one that is described they are translated; of others null.

import type { CredentialRows } from '../baseline/credential-rows.ts';
import type { SharedRows } from '../baseline/shared-rows.ts';
import { type RowForm, type Translate, translator } from './translate.ts';

export type Kind = 'credential' | 'group' | 'route';

/** A layout as it is stored: plain data. */
export interface StoredLayout {
  readonly layout: string;
  readonly forms: Partial<Record<Kind, RowForm>>;
}

export interface Forms {
  /** This engine's. */
  own(): StoredLayout[];
  /** Layouts that rows may have. */
  know(layouts: Iterable<StoredLayout>): void;
  read(kind: Kind, row: { layout: string; bytes: Uint8Array }): Uint8Array | null;
}

export function createForms(credentials: CredentialRows, shared: SharedRows): Forms {
  const digests: Record<Kind, string> = {
    credential: credentials.digest,
    group: shared.digest,
    route: shared.digest,
  };
  const forms: Record<Kind, RowForm> = { credential: credentials.form, ...shared.forms };
  const translators = new Map<string, Translate | null>();
  return {
    own: () => [
      { layout: credentials.digest, forms: { credential: credentials.form } },
      { layout: shared.digest, forms: shared.forms },
    ],
    know(layouts) {
      for (const { layout, forms: theirs } of layouts)
        for (const kind of Object.keys(theirs) as Kind[])
          translators.set(`${kind} ${layout}`, translator(theirs[kind]!, forms[kind]));
    },
    read(kind, { layout, bytes }) {
      if (layout === digests[kind]) return bytes;
      return translators.get(`${kind} ${layout}`)?.(bytes) ?? null;
    },
  };
}
