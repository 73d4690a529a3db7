const whole: readonly (readonly [RegExp, string])[] = [
  [/(?<!\p{L})can['’]t(?!\p{L})/giu, "can not"],
  [/(?<!\p{L})won['’]t(?!\p{L})/giu, "will not"],
  [/(?<=\p{L})n['’]t(?!\p{L})/giu, " not"],
  [/(?<=\p{L})['’]m(?!\p{L})/giu, " am"],
  [/(?<=\p{L})['’]re(?!\p{L})/giu, " are"],
  [/(?<=\p{L})['’]ve(?!\p{L})/giu, " have"],
  [/(?<=\p{L})['’]ll(?!\p{L})/giu, " will"],
  [/(?<=\p{L})['’]d(?!\p{L})/giu, " would"],
  [/(?<=\p{L})['’]s(?!\p{L})/giu, ""],
];

/** An English question without "I'm", "doesn't" and "user's": short forms would be taken for names that few texts have. */
export function expandShortForms(question: string): string {
  return whole.reduce((text, [form, words]) => text.replace(form, words), question);
}
