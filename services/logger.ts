// The log: pino, JSON lines on stderr (stdout belongs to results). error = data lost or a person is needed; warn = odd,
// nothing lost; info = life cycle; nothing per event above debug. Known secret fields are redacted by path.

import pino from 'pino';

export type Logger = pino.Logger;

export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'secret',
          'password',
          'token',
          'authorization',
          'cookie',
          '*.secret',
          '*.password',
          '*.token',
          '*.authorization',
          '*.cookie',
        ],
        censor: '[masked]',
      },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
