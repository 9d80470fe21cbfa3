/** How many characters a person's password may have; more would only cost time. */
export const passwordLengths = { min: 12, max: 128 } as const;
