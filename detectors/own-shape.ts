// Objects with getters at the speed of others.
// V8 keeps an object as a hash table, looked up anew at each access and never inlined, when an object with a getter of the same name
// but of another function came before it: every second object of a factory, and many a first one. Behind an object of its own as
// prototype, getters are found once and inlined (measured by `npm run bench:engine`).

/** The same members, found on the prototype: not its own, so they are not spread or listed. */
export const ownShape = <T extends object>(members: T): T => Object.create(members) as T;
