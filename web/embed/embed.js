/*
 * Put `<script src="https://baton.example.com/embed.js" data-site="acme-web" defer></script>` on a page: a button
 * appears in its corner that opens the chat. `window.batonUserToken` may be a function that resolves with the token
 * by which the site says who its visitor is.
 */
(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const site = script?.dataset["site"];
  if (script === null || site === undefined) return;
  const base = new URL(script.src).origin;
  const title = script.dataset["title"] ?? "Support";

  async function begin() {
    const [{ mountChat }, { h, icon }] = await Promise.all([
      import(`${base}/embed/chat.js`),
      import(`${base}/embed/dom.js`),
    ]);
    const host = h("div", { id: "baton-chat" });
    const root = host.attachShadow({ mode: "open" });
    const panel = h("div", { class: "panel", hidden: true, role: "dialog", "aria-label": title });
    const launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false" },
      icon("chat"),
      title,
    );
    /** @type {{ focus(): void } | undefined} */
    let chat;

    /** @param {boolean} isOpen */
    function show(isOpen) {
      panel.hidden = !isOpen;
      launcher.hidden = isOpen;
      launcher.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) return launcher.focus();
      const getUserToken = /** @type {any} */ (window).batonUserToken;
      chat ??= mountChat(panel, { base, site, title, getUserToken, onClose: () => show(false) });
      chat?.focus();
    }

    launcher.addEventListener("click", () => show(true));
    panel.addEventListener(
      "keydown",
      (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && show(false),
    );
    root.append(h("link", { rel: "stylesheet", href: `${base}/embed/chat.css` }), launcher, panel);
    document.body.append(host);
  }

  void begin(); // a page without the chat is still a page: the browser says what went wrong
})();
