import { isPane, isStaffPane } from "./api.js";
import { placeName } from "./heads.js";
import { toTitle } from "./to-title.js";

/**
 * @typedef {import("./composer.js").Composer} Composer
 * @typedef {import("./store.js").Store} Store
 */

const keys = "Enter sends · Shift+Enter for a new line";

/**
 * What the places to write in say and offer, by where one is.
 * @param {Store} store
 * @param {{ channel: Composer, thread: Composer }} composers
 * @param {() => void} leave Out of the thread, where the two are one.
 */
export function showComposers(store, { channel, thread }, leave) {
  const { scene } = store;
  const names = [
    { name: scene.bot.name, about: "the support bot" },
    ...scene.people.map((person) => ({ name: person.name, about: person.realName })),
  ];
  if (isStaffPane) channel.show({ ...staffWords(store.thread !== undefined), names });
  else if (isPane && store.thread !== undefined)
    channel.show({ placeholder: "Reply…", hint: keys, names, leave });
  else {
    const placeholder = store.isDirect()
      ? `Ask ${toTitle(scene.bot.name)} anything`
      : `Message ${placeName(store)}`;
    const hint = store.isDirect() ? keys : `Mention @${scene.bot.name} to ask it · ${keys}`;
    channel.show({ placeholder, hint, names, commands: scene.commands });
  }
  thread.show({ placeholder: "Reply…", hint: keys, names });
}

/** @param {boolean} isInRoom */
function staffWords(isInRoom) {
  return isInRoom
    ? {
        placeholder: "Write in this room…",
        hint: "Stays among colleagues until it is sent · !r in front sends it",
      }
    : { placeholder: "Write to your colleagues…", hint: "Rooms open here when somebody asks for a person" };
}
