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
  /** Writes a line above the bar. */
  say(text: string): void;
  stop(): void;
}

export function createProgress(options: { stream: NodeJS.WriteStream; now: () => number }): Progress {
  const { stream, now } = options;
  const write = (text: string) => stream.write(`${text}\n`);
  if (!stream.isTTY) return { update() {}, say: write, stop() {} };
  // The whole line has about 100 characters; what does not fit would be cut off at the right, where the time left is.
  const wide = stream.columns >= 110;
  const started = now();
  const bar = new SingleBar(
    {
      stream,
      fps: 10,
      hideCursor: true,
      clearOnComplete: true,
      barsize: wide ? 20 : 10,
      format: wide
        ? '{bar} {percentage}% | {lines} lines, {rate}/s | {events} events | {incidents} incidents | {left}'
        : '{bar} {percentage}% | {lines} lines, {rate}/s | {incidents} incidents | {left}',
    },
    Presets.rect,
  );
  let share = 0;
  let shown: Record<string, string | number> = {
    lines: 0,
    rate: 0,
    events: 0,
    incidents: 0,
    left: 'starting',
  };
  bar.start(1, share, shown);
  return {
    update({ bytesRead, bytesTotal, lines, events, incidents }) {
      const seconds = Math.max(0.001, (now() - started) / 1000);
      share = bytesTotal > 0 ? Math.min(1, bytesRead / bytesTotal) : 0;
      shown = {
        lines: lines.toLocaleString('en'),
        rate: Math.round(lines / seconds).toLocaleString('en'),
        events: events.toLocaleString('en'),
        incidents,
        left: share > 0 ? `${Math.ceil((seconds * (1 - share)) / share)} s left` : `${Math.round(seconds)} s`,
      };
      bar.update(share, shown);
    },
    say(text) {
      bar.stop();
      write(text);
      bar.start(1, share, shown);
    },
    stop: () => bar.stop(),
  };
}
