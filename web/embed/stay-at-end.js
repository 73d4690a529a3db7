/**
 * Whether one reads at the end of a list.
 * @param {HTMLElement} log
 */
export function isAtEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

/**
 * Keeps who reads at the end of a list there when it becomes lower, and shows its end where it was hidden so far.
 * @param {HTMLElement} log
 */
export function stayAtEnd(log) {
  let wasAtEnd = true;
  log.addEventListener("scroll", () => {
    wasAtEnd = isAtEnd(log);
  });
  new ResizeObserver(() => {
    if (wasAtEnd) log.scrollTop = log.scrollHeight;
  }).observe(log);
}
