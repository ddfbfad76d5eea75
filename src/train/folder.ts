/**
 * The run folder: `config.json` says what was asked, `events.jsonl` what happened, `model.safetensors` holds the network. Files are
 * complete or absent, except the log, whose lines are. Nothing is written before a step is done, so that what an earlier run left
 * there survives one that comes to nothing. Refuses a folder that cannot be written, and one that another run is writing into.
 */

import { FileError } from "../base/errors.ts";
import type { LineLog } from "../base/node/file.ts";
import { showPath } from "../base/show.ts";
import type { Network } from "../network/network.ts";
import type { StartEvent, TrainingEvent } from "./events.ts";
import { eventLine } from "./log.ts";

/** Absolute paths of the folders that runs of this process have. */
const taken = new Set<string>();

/**
 * Looks whether a run can keep its files there, and touches nothing.
 *
 * @throws {FileError} it cannot be written or made, or another run of this process has it
 */
export async function checkRunFolder(path: string): Promise<void> {
  checkNotTaken(path, await placeOf(path));
}

async function placeOf(path: string): Promise<string> {
  const { checkFolder } = await import("#file");
  return checkFolder(path);
}

function checkNotTaken(path: string, place: string): void {
  if (!taken.has(place)) return;
  const actual = "another run is writing into it";
  throw new FileError(
    `${showPath(path)}: must be a folder for this run alone; ${actual}. Name another place, or await that run.`,
    { operation: "folder", file: path, actual },
  );
}

export class RunFolder {
  readonly model: string;
  readonly #path: string;
  readonly #place: string;
  #log: LineLog | null = null;
  /** What was told before the folder was begun. */
  readonly #early: TrainingEvent[] = [];

  private constructor(path: string, place: string) {
    this.model = `${path}/model.safetensors`;
    this.#path = path;
    this.#place = place;
  }

  /** Reserves the folder; nothing is written yet. */
  static async take(path: string): Promise<RunFolder> {
    const place = await placeOf(path);
    checkNotTaken(path, place);
    taken.add(place);
    return new RunFolder(path, place);
  }

  /** Makes the folder if it is missing and puts the files of this run in the place of an earlier one's: all three belong together. */
  async begin(start: StartEvent, network: Network): Promise<void> {
    const { makeFolder, openLog, writeFileAtomically } = await import("#file");
    await makeFolder(this.#path);
    await network.save(this.model);
    const text = `${JSON.stringify(start, null, 2)}\n`;
    await writeFileAtomically(`${this.#path}/config.json`, new TextEncoder().encode(text));
    this.#log = openLog(`${this.#path}/events.jsonl`);
    for (const event of this.#early.splice(0)) this.append(event);
  }

  get begun(): boolean {
    return this.#log !== null;
  }

  /** Adds to the log; before there is one it is kept for its beginning. */
  append(event: TrainingEvent): void {
    if (this.#log) this.#log.append(eventLine(event));
    else this.#early.push(event);
  }

  /** Leaves the folder to other runs. */
  close(): void {
    taken.delete(this.#place);
    this.#log?.close();
  }
}
