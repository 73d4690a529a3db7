import { ask, hearQuestions, home } from "./api.js";
import { byId, h } from "./dom.js";
import { watchTraffic } from "./web-traffic.js";

watchTraffic((happening) =>
  window.parent.postMessage(
    { to: "overview", kind: "happening", platform: "web", happening },
    location.origin,
  ),
);

// The widget's own code, which any site loads: named by a variable, because it is no part of these pages.
const widget = "/embed/chat.js";
const { mountChat } = await import(widget);

const root = byId("chat").attachShadow({ mode: "open" });
root.append(h("link", { rel: "stylesheet", href: "/embed/chat.css" }));

const { site: own, company, companies } = await ask("state", undefined, `${home}/api`);
const site = own ?? (await (await fetch("/embed/site.json")).json()).site_key;
const name = companies.find((/** @type {{ slug: string }} */ { slug }) => slug === company)?.name ?? "";
byId("host").textContent = `www.${company === "" ? "acme" : company}.example`;
mountChat(root, { base: location.origin, site, title: company === "" ? "Acme support" : name });

hearQuestions((question) => {
  const box = root.querySelector("textarea");
  const form = box?.closest("form");
  if (box === null || box === undefined || form === null || form === undefined) return;
  const typed = box.value;
  box.value = question;
  form.requestSubmit();
  box.value = typed;
});

byId("new-visitor").addEventListener("click", () => {
  // The widget remembers its visitor; without that it begins anew.
  for (const key of Object.keys(localStorage)) if (key.startsWith("baton:")) localStorage.removeItem(key);
  location.reload();
});
