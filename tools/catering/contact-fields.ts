import { z } from "zod";

/** A person's name, two characters or more. */
export const contactName = z
  .string()
  .trim()
  .min(2, "Name must be at least 2 characters")
  .max(200, "Name must be at most 200 characters");

/** A telephone number with ten digits or more, kept as (555) 123-4567 where it has ten. */
export const contactPhone = z
  .string()
  .max(40)
  .regex(/^(?:\D*\d){10,15}\D*$/, "Please enter a valid phone number")
  .overwrite(formatPhone);

function formatPhone(text: string): string {
  const digits = text.replaceAll(/\D/g, "");
  if (digits.length !== 10) return `${text.trim().startsWith("+") ? "+" : ""}${digits}`;
  return `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)}`;
}
