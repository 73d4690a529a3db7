/** Words that stand in every English text and tell nothing of what it is about. */
export const stopWords: ReadonlySet<string> = new Set(
  `a about after all also am an and any are as at be because been before being but by can could did do does doing for
   from get had has have having he her here him his how i if in into is it its just like me might must my no not of on
   or our out over please she should so some such than that the their them then there these they this those to too
   under up us very was we were what when where which while who whom why will with would you your`
    .trim()
    .split(/\s+/),
);
