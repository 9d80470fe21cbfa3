/**
 * Mutants that no test can notice, because the contract behaves the same. Named by file and by the line as it becomes;
 * one that a test does notice has no place here.
 */
export const equivalents: Readonly<Record<string, string>> = {};
