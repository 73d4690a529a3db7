const secretKey = /key$|token$|secret/i;
const secretAddress = /^(url|readUrl)$/;

/** The same tree as plain data with every secret masked: what is set can be told from what is not, nothing more. */
export function describeSettings(value: unknown): unknown {
  return describe(value, "");
}

function describe(value: unknown, key: string): unknown {
  if (typeof value === "string") return maskIfSecret(value, key);
  if (value instanceof Map) return `${value.size} set`;
  if (value instanceof Set) return [...value];
  if (Array.isArray(value)) return value.map((item) => describe(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, describe(child, name)]));
}

function maskIfSecret(value: string, key: string): string {
  if (secretKey.test(key)) return "•••";
  return secretAddress.test(key) || /^\w+:\/\/[^/]*@/.test(value) ? maskAddress(value) : value;
}

/** Keeps host and path of an address: the operator looks for the wrong host, never for the password. */
function maskAddress(value: string): string {
  if (!URL.canParse(value)) return "•••";
  const { protocol, host, pathname, username, password } = new URL(value);
  const login = username === "" && password === "" ? "" : `${username}:•••@`;
  return `${protocol}//${login}${host}${pathname}`;
}
