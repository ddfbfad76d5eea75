/**
 * The errors Gradus throws. Every message is one sentence a user can act on: the operation or layer, the rule, the actual
 * values, the way out. The same facts stand beside the sentence as fields, so that programs need not parse it.
 */

/** What an error is about, for programs: which fields are present depends on the error. */
export interface ErrorDetails {
  /** The operation, layer or file that refused. */
  readonly operation?: string;
  /** What was expected, in words or as a shape. */
  readonly expected?: string;
  /** What was found. */
  readonly actual?: string;
  /** The way out. */
  readonly hint?: string;
  readonly [field: string]: unknown;
}

/** Common base: `catch (error) { if (error instanceof GradusError) … }`. */
export class GradusError extends Error {
  // Written out in each class: bundlers shorten the names of classes.
  override readonly name: string = "GradusError";
  readonly details: ErrorDetails;

  constructor(message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.details = details;
  }
}

/** A shape, axis or size that does not fit. */
export class ShapeError extends GradusError {
  override readonly name: string = "ShapeError";
}
/** An element type that an operation does not take. */
export class DTypeError extends GradusError {
  override readonly name: string = "DTypeError";
}
/** Data that cannot be learned from: empty, out of range, not finite, mismatched. */
export class DataError extends GradusError {
  override readonly name: string = "DataError";
}
/** A file that cannot be read or written, or is not what it claims to be. */
export class FileError extends GradusError {
  override readonly name: string = "FileError";
}
/** A target that cannot start, or a program that a target does not run. */
export class TargetError extends GradusError {
  override readonly name: string = "TargetError";
}
/** Training that cannot go on or was set up against a rule. */
export class TrainingError extends GradusError {
  override readonly name: string = "TrainingError";
}

/** A defect of Gradus itself: a rule between rooms was broken. */
export class InternalError extends GradusError {
  override readonly name: string = "InternalError";
}

/** Throws an {@link InternalError} where an invariant of ours does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(`Gradus has a defect: ${message}. Please report it.`);
}
