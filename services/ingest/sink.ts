// Where ingest hands over what it understood and what it refused: Kafka (bus-sink.ts) or, in one process, detection.
// Always holds: both methods resolve only when the receiver has the data durably; senders are acknowledged after that.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Rejection } from '../../schemas/rejection.ts';

export interface Sink {
  publish(events: readonly ApiEvent[]): Promise<void>;
  reject(rejections: readonly Rejection[]): Promise<void>;
}
