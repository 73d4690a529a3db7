/** Digits as they are typed: `555`, `(555) 123`, `(555) 123-4567`; what goes beyond ten digits is left out. */
export function formatPhone(text: string): string {
  const digits = text.replaceAll(/\D/g, "").slice(0, 10);
  if (digits.length <= 3) return digits;
  if (digits.length <= 6) return `(${digits.slice(0, 3)}) ${digits.slice(3)}`;
  return `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)}`;
}
