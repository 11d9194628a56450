// An answer within a time, or an error that says there was none: a neighbour that hangs must not make the one who asks hang.
// Does not promise to stop the work, whose late outcome is ignored.

/** @param who named in the error */
export async function within<T>(ms: number, work: () => Promise<T>, who = ''): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${who === '' ? 'no answer' : `no answer from ${who}`} within ${ms / 1000} s`)),
      ms,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
