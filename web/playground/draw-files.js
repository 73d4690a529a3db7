import { home, platform } from "./api.js";
import { h } from "./dom.js";

/**
 * What hangs on a message, each to be opened by a click; nothing where there is nothing.
 * @param {import("./api.js").Message} message
 */
export function drawFiles(message) {
  const files = message.files ?? [];
  if (files.length === 0) return undefined;
  const drawn = files.map(({ id, name, mimetype, size }) => {
    const href = `${home}/${platform}/api/file?id=${encodeURIComponent(id)}`;
    const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(mimetype);
    return h(
      "a",
      { class: "file", href, target: "_blank", rel: "noopener" },
      isPicture
        ? h("img", { src: href, alt: "" })
        : h("span", { class: "file-mark", "aria-hidden": "true" }, "📄"),
      h("span", {}, h("span", { class: "file-name" }, name), h("span", { class: "file-size" }, toSize(size))),
    );
  });
  return h("div", { class: "files" }, drawn);
}

/** @param {number} bytes */
function toSize(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;
}
