import { h } from "./dom.js";
import { mountChat } from "./chat.js";

const asked = new URLSearchParams(location.search).get("site");
const place = document.querySelector("main");
const root = place?.attachShadow({ mode: "open" });

if (root !== undefined) {
  root.append(h("link", { rel: "stylesheet", href: "/embed/chat.css" }));
  const site = asked ?? (await (await fetch("/embed/site.json")).json()).site_key;
  if (typeof site === "string") mountChat(root, { base: location.origin, site }).focus();
  else root.append(h("p", {}, "No site allows this page: add self to the origins of one."));
}
