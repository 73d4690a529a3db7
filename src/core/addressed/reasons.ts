/** Why a message is left alone that people say to each other, and one that names somebody else. */
export const saidToPeople = "people talk to each other";
export const saidToOneNamed = "it is addressed to somebody else";
