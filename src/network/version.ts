/** The version of Gradus, as saved models and `gradus --version` state it; a test holds it equal to package.json's. */
export const version: string = "0.1.0";
