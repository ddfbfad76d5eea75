/** The classes of every set of digits: class 0 is digit 0. */

export const digitNames: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
