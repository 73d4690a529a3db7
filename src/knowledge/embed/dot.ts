/** How close two unit vectors are: 1 for the same direction, 0 for nothing in common. */
export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
