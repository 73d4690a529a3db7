/** Whether `2 + 2 = 4` holds. Multiplies and divides before it adds, as people do. */
export function isTrueEquation(text: string): boolean {
  const [left = "", right = ""] = text.replaceAll(/\s/gu, "").split("=");
  const terms = left.split(/(?<=\d)(?=[-+])/u).map((term) => {
    const [first = "", ...factors] = term.split(/(?=[*/x×÷])/u);
    return factors.reduce((value, factor) => {
      const by = Number(factor.slice(1));
      return /^[/÷]/u.test(factor) ? value / by : value * by;
    }, Number(first));
  });
  const sum = terms.reduce((total, term) => total + term, 0);
  return Math.abs(sum - Number(right)) < 0.01;
}

/** 1, 2, 3: each is one more, or one less, than the one before. */
export function isCounting(text: string): boolean {
  const numbers = (text.match(/\d+/gu) ?? []).map(Number);
  const steps = numbers.slice(1).map((value, at) => value - (numbers[at] ?? 0));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}
