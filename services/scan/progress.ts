// Progress of long work on stderr, only when it is a terminal: share done, lines, lines per second, events, incidents,
// time left. Redraws at most ten times a second. Never writes to stdout, which belongs to results.

import { Presets, SingleBar } from 'cli-progress';

export interface ProgressState {
  bytesRead: number;
  /** 0 when the size is unknown (standard input). */
  bytesTotal: number;
  lines: number;
  events: number;
  incidents: number;
}

export interface Progress {
  update(state: ProgressState): void;
  stop(): void;
}

const SILENT: Progress = { update() {}, stop() {} };

export function createProgress(options: { stream: NodeJS.WriteStream; now: () => number }): Progress {
  const { stream, now } = options;
  if (!stream.isTTY) return SILENT;
  const started = now();
  const bar = new SingleBar(
    {
      stream,
      fps: 10,
      hideCursor: true,
      clearOnComplete: true,
      format:
        '{bar} {percentage}% | {lines} lines, {rate}/s | {events} events | {incidents} incidents | {left}',
    },
    Presets.rect,
  );
  bar.start(1, 0, { lines: 0, rate: 0, events: 0, incidents: 0, left: 'starting' });
  return {
    update({ bytesRead, bytesTotal, lines, events, incidents }) {
      const seconds = Math.max(0.001, (now() - started) / 1000);
      const share = bytesTotal > 0 ? Math.min(1, bytesRead / bytesTotal) : 0;
      bar.update(share, {
        lines: lines.toLocaleString('en'),
        rate: Math.round(lines / seconds).toLocaleString('en'),
        events: events.toLocaleString('en'),
        incidents,
        left: share > 0 ? `${Math.ceil((seconds * (1 - share)) / share)} s left` : `${Math.round(seconds)} s`,
      });
    },
    stop: () => bar.stop(),
  };
}
