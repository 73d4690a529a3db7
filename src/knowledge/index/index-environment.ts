// What LanceDB frees goes back to the machine sooner (https://man7.org/linux/man-pages/man3/mallopt.3.html).
const allocator = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_TRIM_THRESHOLD_: "1048576",
};

// A table is read a little at a time; each of these may be set otherwise.
const reading = {
  LANCE_DEFAULT_BATCH_SIZE: "512",
  LANCE_DEFAULT_FRAGMENT_READAHEAD: "1",
  LANCE_DEFAULT_IO_BUFFER_SIZE: "8388608",
};

// Where programs and credential files are, how the machine is asked for names and certificates, and what object storage
// and LanceDB read themselves.
const needed =
  /^(?:PATH|HOME|USERPROFILE|TMPDIR|TMP|TEMP|SystemRoot|LANG|TZ|SSL_CERT_.+|NODE_EXTRA_CA_CERTS|(?:HTTPS?|NO|ALL)_PROXY|AWS_.+|AZURE_.+|GOOGLE_.+|LANCE(?:DB)?_.+)$/iu;

/** The environment of the process an index works in: none of Baton's own keys and tokens is in it. Pure. */
export function toIndexEnvironment(
  whole: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const own = Object.entries(whole).filter(([name]) => needed.test(name));
  return { ...reading, ...Object.fromEntries(own), ...allocator };
}
