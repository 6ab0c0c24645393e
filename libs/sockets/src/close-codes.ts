/** Why connections are closed. The numbers below 3000 are those of RFC 6455; a client may come back after all but `notText`. */
export const CLOSE = {
  /** The process shuts down: come back, to another one. */
  goingAway: 1001,
  /** The door takes text frames only. */
  notText: 1003,
  /** Something broke inside. */
  failed: 1011,
  /** The peer did not read what was sent to it. */
  slow: 3008,
} as const;
