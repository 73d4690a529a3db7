import type { FieldFault } from "./api-error.ts";
import { isRecord } from "../kit/is-record.ts";

export type Path = readonly (string | number)[];

/** Collects what is wrong with a body, worded as the platform words it. */
export class FieldCheck {
  readonly faults: FieldFault[] = [];

  fault(path: Path, code: string, message: string): undefined {
    this.faults.push({ path, code, message });
    return undefined;
  }

  /** A text of at most `max` characters; `min` above 0 makes it required. */
  text(value: unknown, path: Path, { min = 0, max }: { min?: number; max: number }): string | undefined {
    if (value === undefined || value === null)
      return min > 0 ? this.fault(path, "BASE_TYPE_REQUIRED", "This field is required") : undefined;
    if (typeof value !== "string")
      return this.fault(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.");
    // Counted as the platform counts: in code points.
    const length = [...value].length;
    if (length >= min && length <= max) return value;
    return min > 0
      ? this.fault(path, "BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`)
      : this.fault(path, "BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length.`);
  }

  list(value: unknown, path: Path, { min = 0, max }: { min?: number; max: number }): unknown[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.fault(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
      return [];
    }
    if (value.length > max || value.length < min)
      this.fault(
        path,
        "BASE_TYPE_BAD_LENGTH",
        min > 0 ? `Must be between ${min} and ${max} in length.` : `Must be ${max} or fewer in length.`,
      );
    return value as unknown[];
  }

  record(value: unknown, path: Path): Record<string, unknown> | undefined {
    if (isRecord(value)) return value;
    return this.fault(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
  }

  integer(value: unknown, path: Path, { min, max }: { min: number; max: number }): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value))
      return this.fault(path, "NUMBER_TYPE_COERCE", `Value "${String(value)}" is not int.`);
    if (value < min)
      return this.fault(path, "NUMBER_TYPE_MIN", `int value should be greater than or equal to ${min}.`);
    if (value > max)
      return this.fault(path, "NUMBER_TYPE_MAX", `int value should be less than or equal to ${max}.`);
    return value;
  }

  choice(value: unknown, path: Path, choices: readonly number[]): number | undefined {
    if (typeof value === "number" && choices.includes(value)) return value;
    return this.fault(path, "BASE_TYPE_CHOICES", `Value must be one of {${choices.join(", ")}}.`);
  }
}
