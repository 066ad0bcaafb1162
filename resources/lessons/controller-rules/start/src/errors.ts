// What can go wrong, in the words of the bakery. `app.ts` says which status each is.

export class Refused extends Error {}

export class NotFound extends Error {}
