const common = new Set(
  `a an the and or but so if then than that this these those there here it its is are was were be been being am do does
  did done have has had having will would can could should shall may might must not no nor yes of in on at to for from
  with by about as into over under again once i me my mine we us our ours you your yours he him his she her they them
  their what which who whom when where why how all any both each few more most other some such only own same too very
  just also please hi hello hey thanks thank let lets get got im ive id youre were dont doesnt cant isnt arent whats`
    .split(/\s+/u)
    .filter((word) => word !== ""),
);

/** The words of a text, lower-case, without what nearly every sentence has. */
export function readWords(text: string): readonly string[] {
  const found =
    text
      .toLowerCase()
      .replaceAll(/['’]/gu, "")
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return found.filter((word) => !common.has(word));
}
