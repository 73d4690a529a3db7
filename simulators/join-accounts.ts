/** A colleague as one platform knows them. */
interface Known<Account> {
  readonly name: string;
  readonly accounts: readonly Account[];
}

/** Whoever has the same first name on several platforms is one colleague, called as on the first of them. */
export function joinAccounts<Account>(known: readonly Known<Account>[]): Known<Account>[] {
  const people = Map.groupBy(known, ({ name }) => name.split(" ")[0]);
  return [...people.values()].map((same) => ({
    name: same[0]?.name ?? "",
    accounts: same.flatMap(({ accounts }) => accounts),
  }));
}
