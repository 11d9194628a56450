// What the services need of a message bus: topics, batched sends, and batches handled before they are committed.
// Always holds: send() resolves only when all in-sync replicas have the messages; an offset is committed only after
// its handler resolved, or when the subscriber says so. Does not promise: exactly-once; a batch may come again, so ids must make that harmless.

/** The bus cannot be reached or refuses us; trying again later may help. */
export class BusUnavailable extends Error {
  override name = 'BusUnavailable';
  readonly retriable = true;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface OutgoingMessage {
  /** Messages of one key stay in order and go to one partition; null spreads them. */
  key: string | null;
  value: string;
}

export interface BusMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Decimal. */
  readonly offset: string;
}

/** Messages of one partition in offset order. */
export interface BusBatch extends TopicPartition {
  readonly messages: readonly BusMessage[];
  /** `topic/3@40-99`: names exactly these messages; the deduplication token of what is written because of them. */
  readonly token: string;
}

export interface SubscribeOptions {
  group: string;
  topics: readonly string[];
  /** Most messages in one batch. Default 5,000. */
  maxMessages?: number;
  /**
   * Resolves when everything that follows from the batch is durable; then its offsets are committed. An error with
   * `retriable: true` pauses consumption and repeats the call with growing delays; any other ends the subscription. With
   * `ownCommits` nothing is committed here, and the partition continues at the offset that is answered, if there is one.
   */
  handler: (batch: BusBatch) => Promise<Position | undefined> | Promise<void>;
  /** Offsets are committed by commit() alone. */
  ownCommits?: boolean;
  /**
   * Called at every rebalance with all partitions this member now has, none of which delivers before it resolves.
   * Returned positions are where those partitions then continue instead of at their committed offset.
   */
  onAssigned?: (partitions: readonly TopicPartition[]) => Promise<readonly Position[]>;
  /** Called once nothing more is handled, before this member leaves the group: the last time for commit(). */
  onLeaving?: () => Promise<void>;
}

export interface Position extends TopicPartition {
  /** Next offset to read, decimal. */
  offset: string;
}

export interface Subscription {
  /** Resolves after close(), rejects when the handler failed with an error that is not retriable. */
  readonly done: Promise<void>;
  /** Commits positions; false while this member may not, as during a rebalance. */
  commit(positions: readonly Position[]): Promise<boolean>;
  /** The partition goes on there, if it is this member's. */
  seek(position: Position): void;
  /** Lets the batch in hand finish, commits it, leaves the group. */
  close(): Promise<void>;
}

export interface Bus {
  /** Throws BusUnavailable with what to check when no broker answers. */
  ping(): Promise<void>;
  /** Creates those that do not exist; leaves the others as they are. */
  ensureTopics(names: readonly string[]): Promise<void>;
  send(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Resolves once the group was joined. A group without committed offsets starts at the beginning. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** A function from a key to the partition of the topic that its messages go to. */
  partitioner(topic: string): Promise<(key: string) => number>;
  /** Where each partition of the topic ends: the offset its next message will have. */
  ends(topic: string): Promise<Map<number, number>>;
  /** Messages of the topic that the group has not committed. */
  lag(group: string, topic: string): Promise<number>;
  /** Per partition: the next offset the group will read (the first there is, where it committed none), and where it ends. */
  progress(group: string, topic: string): Promise<Map<number, { at: number; end: number }>>;
  /** Names of all topics that may be seen. */
  topics(): Promise<string[]>;
  /** How many consumers are in the group. */
  members(group: string): Promise<number>;
  close(): Promise<void>;
}
