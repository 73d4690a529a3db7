import { h } from "./dom.js";

/**
 * What is in a picture, as an address of its own.
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
export function toDataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error("the picture cannot be shown"));
    reader.readAsDataURL(blob);
  });
}

/**
 * Saves a file under a name.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveAs(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
